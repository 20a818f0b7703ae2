import { javaTrim } from "./config-def.js";

const DELIMITERS = ':,{}[]"';

/** The tokens of Connect's `Values.Parser`: delimiters that no backslash precedes, and the texts between them. */
export class ValueTokens {
  readonly #text: string;
  #at = 0;
  /** A token that was looked at but not taken. */
  #ahead: string | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /** The position of the next token, for {@link rewindTo}. */
  mark(): number {
    return this.#at - (this.#ahead?.length ?? 0);
  }

  rewindTo(position: number): void {
    this.#at = position;
    this.#ahead = null;
  }

  hasNext(): boolean {
    return this.#ahead !== null || this.#at < this.#text.length;
  }

  next(): string {
    const token = this.#ahead ?? this.#read();
    this.#ahead = null;
    return token;
  }

  /** The text of the next `count` tokens, or null (and nothing taken) where there are fewer. */
  nextText(count: number): string | null {
    const start = this.mark();
    for (let i = 0; i < count; i++) {
      if (!this.hasNext()) {
        this.rewindTo(start);
        return null;
      }
      this.next();
    }
    return this.#text.slice(start, this.#at);
  }

  /** Takes the next token where it is `expected`, white space aside; blank tokens before it are skipped either way. */
  consume(expected: string): boolean {
    if (this.#ahead === null) {
      if (!this.hasNext()) return false;
      this.#ahead = this.#read();
    }
    while (javaTrim(this.#ahead) === "" && this.#at < this.#text.length) this.#ahead = this.#read();
    if (javaTrim(this.#ahead) !== expected) return false;
    this.#ahead = null;
    return true;
  }

  #read(): string {
    const start = this.#at;
    let escaped = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const c = this.#text.charAt(this.#at);
      if (c === "\\") escaped = !escaped;
      else {
        if (!escaped && DELIMITERS.includes(c)) {
          if (start === this.#at) this.#at++;
          break;
        }
        escaped = false;
      }
    }
    return this.#text.slice(start, this.#at);
  }
}
