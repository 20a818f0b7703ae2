import { spawn, type ChildProcess } from "node:child_process";

/**
 * A shell that outlives this process by a moment. It reads what we own from a pipe; when the pipe closes, however we
 * ended (return, crash, kill -9), it kills the process groups and removes the folders that are left.
 */
const script = `
groups=" "; folders=""
while read -r verb rest; do
  case $verb in
    own) groups="$groups$rest " ;;
    disown) groups=$(echo "$groups" | sed "s/ $rest / /") ;;
    remove) folders="$folders
$rest" ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
[ "$groups" = " " ] || sleep 0.3
echo "$folders" | while read -r folder; do [ -n "$folder" ] && rm -rf -- "$folder"; done
`;

let shell: ChildProcess | undefined;

function tell(line: string): void {
  if (shell === undefined) {
    shell = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    shell.unref();
    (shell.stdin as unknown as { unref(): void }).unref();
  }
  shell.stdin?.write(`${line}\n`);
}

/** Has the process group killed when this process ends. */
export function killAtExit(groupId: number): void {
  tell(`own ${groupId}`);
}

/** The process group has ended by itself: its id may be another's soon. */
export function forget(groupId: number): void {
  tell(`disown ${groupId}`);
}

/** Has the folder removed when this process ends. */
export function removeAtExit(folder: string): void {
  tell(`remove ${folder}`);
}
