import type { TimeTexts } from "./object-name.js";
import { timeTexts } from "./object-name.js";
import type { TimeZone } from "./time-zone.js";

/** Since then every zone changes and differs by whole quarters of an hour only. */
const QUARTERS_SINCE_MS = Date.UTC(1973, 0, 1);
const QUARTER_MS = 900_000;
const MAX_KEPT = 10_000;

/** Texts of `{{timestamp}}` for moments. Gives the same object for moments of one quarter of an hour. */
export class NameClock {
  readonly #zone: TimeZone;
  readonly #byQuarter = new Map<number, TimeTexts>();
  #quarter = NaN;
  #texts: TimeTexts | null = null;

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  textsAt(epochMs: number): TimeTexts {
    if (epochMs < QUARTERS_SINCE_MS) return timeTexts(this.#zone.at(epochMs));
    const quarter = Math.floor(epochMs / QUARTER_MS);
    if (quarter === this.#quarter && this.#texts !== null) return this.#texts;
    let texts = this.#byQuarter.get(quarter);
    if (texts === undefined) {
      if (this.#byQuarter.size >= MAX_KEPT) this.#byQuarter.clear();
      texts = timeTexts(this.#zone.at(epochMs));
      this.#byQuarter.set(quarter, texts);
    }
    this.#quarter = quarter;
    this.#texts = texts;
    return texts;
  }
}
