import type { NameTemplate, TimeTexts } from "./object-name.js";
import { timeTexts } from "./object-name.js";
import type { TimeZone } from "./time-zone.js";

/** Since then every region changes and differs by whole quarters of an hour only. */
const STEPS_SINCE_MS = Date.UTC(1973, 0, 1);
const UNIT_MS = { mm: 60_000, ss: 1000 };
const MAX_KEPT = 10_000;

/**
 * Texts of `{{timestamp}}` for moments. Gives the same object for moments of one quarter of an hour, or of one unit where names
 * tell minutes or seconds.
 */
export class NameClock {
  readonly #zone: TimeZone;
  readonly #stepMs: number;
  readonly #byStep = new Map<number, TimeTexts>();
  #step = NaN;
  #texts: TimeTexts | null = null;

  constructor(zone: TimeZone, finestUnit: NameTemplate["finestUnit"] = null) {
    this.#zone = zone;
    this.#stepMs = finestUnit === null ? zone.stepMs : Math.min(zone.stepMs, UNIT_MS[finestUnit]);
  }

  textsAt(epochMs: number): TimeTexts {
    if (epochMs < STEPS_SINCE_MS) return timeTexts(this.#zone.at(epochMs));
    const step = Math.floor(epochMs / this.#stepMs);
    if (step === this.#step && this.#texts !== null) return this.#texts;
    let texts = this.#byStep.get(step);
    if (texts === undefined) {
      if (this.#byStep.size >= MAX_KEPT) this.#byStep.clear();
      texts = timeTexts(this.#zone.at(epochMs));
      this.#byStep.set(step, texts);
    }
    this.#step = step;
    this.#texts = texts;
    return texts;
  }
}
