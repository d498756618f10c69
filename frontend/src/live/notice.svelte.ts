// A sound, a notice, or both for new calls, where the visitor asks for them on this device. Nothing leaves the browser.
import { plural } from '../lib/words';

const KEY = 'bluelamp.new-calls';
type Kept = { sound: boolean; notice: boolean };

function kept(): Kept {
  try {
    return { sound: false, notice: false, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>) };
  } catch {
    return { sound: false, notice: false };
  }
}

export class Notices {
  sound = $state(false);
  notice = $state(false);
  /** Why a notice cannot be shown, in words; empty where it can. */
  refused = $state('');
  #audio: AudioContext | null = null;

  constructor(private readonly title: () => string) {
    const found = kept();
    this.sound = found.sound;
    this.notice = found.notice && 'Notification' in window && Notification.permission === 'granted';
  }

  /** Sound on or off; on, it is heard once, so that one knows it. */
  setSound(on: boolean): void {
    this.sound = on;
    this.#keep();
    if (on) this.#ring();
  }

  async setNotice(on: boolean): Promise<void> {
    this.refused = '';
    if (on && !('Notification' in window)) this.refused = 'This browser shows no notices.';
    else if (on && (await Notification.requestPermission()) !== 'granted')
      this.refused = 'This browser was told to show no notices of this site.';
    this.notice = on && this.refused === '';
    this.#keep();
  }

  /** New calls have come, in a sentence. */
  tell(text: string, calls: number): void {
    if (this.sound) this.#ring();
    if (!this.notice || document.visibilityState === 'visible') return;
    try {
      new Notification(`${this.title()}: ${plural(calls, 'new call')}`, { body: text, tag: KEY });
    } catch {
      this.notice = false; // some browsers of phones have the word and not the thing
    }
  }

  close(): void {
    void this.#audio?.close();
  }

  #keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify({ sound: this.sound, notice: this.notice }));
    } catch {
      // A private window keeps nothing: it holds for this page.
    }
  }

  /** Two short, soft tones. */
  #ring(): void {
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    void audio.resume();
    [660, 880].forEach((pitch, index) => {
      const begin = audio.currentTime + index * 0.16;
      const tone = new OscillatorNode(audio, { frequency: pitch });
      const loud = new GainNode(audio, { gain: 0 });
      loud.gain.setValueAtTime(0, begin);
      loud.gain.linearRampToValueAtTime(0.12, begin + 0.02);
      loud.gain.linearRampToValueAtTime(0, begin + 0.14);
      tone.connect(loud).connect(audio.destination);
      tone.start(begin);
      tone.stop(begin + 0.15);
    });
  }
}
