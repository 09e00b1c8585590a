const NOISE_SECONDS = 1;
const MOST_VOICES = 24; // at once; more would only be louder

/**
 * Tones and bursts of noise from the browser's own synthesiser: no files to load. The context is made by the first press
 * that asks for sound, as browsers demand.
 */
export class Synth {
  #context = null;
  #out = null;
  #noise = null;
  #voices = 0;

  /** Makes sound possible; call it from a press or a click. */
  async open() {
    if (!this.#context) {
      this.#context = new AudioContext({ latencyHint: "interactive" });
      // Many shots at once are pressed together rather than clipped.
      const limiter = new DynamicsCompressorNode(this.#context, { threshold: -18, ratio: 8 });
      this.#out = new GainNode(this.#context, { gain: 0.5 });
      this.#out.connect(limiter).connect(this.#context.destination);
      this.#noise = whiteNoise(this.#context);
    }
    await this.#context.resume();
  }

  /** Silences everything, and lets the sound hardware sleep. */
  async close() {
    await this.#context?.suspend();
  }

  /** A tone that slides from one pitch to another. Hz, seconds, gain 0 to 1, pan -1 to 1. */
  tone({ from, to = from, seconds, gain, pan = 0, type = "triangle", after = 0 }) {
    this.#play(gain, pan, seconds, after, (context, start) => {
      const voice = new OscillatorNode(context, { type, frequency: from });
      voice.frequency.setValueAtTime(from, start);
      voice.frequency.exponentialRampToValueAtTime(to, start + seconds);
      return [voice, voice];
    });
  }

  /** Noise through a filter that closes from one frequency to another. */
  burst({ from, to, seconds, gain, pan = 0, after = 0 }) {
    this.#play(gain, pan, seconds, after, (context, start) => {
      const voice = new AudioBufferSourceNode(context, { buffer: this.#noise, loop: true });
      const filter = new BiquadFilterNode(context, { type: "lowpass", frequency: from });
      filter.frequency.setValueAtTime(from, start);
      filter.frequency.exponentialRampToValueAtTime(to, start + seconds);
      return [voice, voice.connect(filter)];
    });
  }

  /** `make` returns the source and the last node of what it made; here it gets its fade and its place. */
  #play(gain, pan, seconds, after, make) {
    const context = this.#context;
    if (context?.state !== "running" || this.#voices >= MOST_VOICES || gain < 0.01) return;
    const start = context.currentTime + after;
    const [source, end] = make(context, start);
    const fade = new GainNode(context, { gain: 0 });
    fade.gain.setValueAtTime(gain, start);
    fade.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    end.connect(fade).connect(new StereoPannerNode(context, { pan })).connect(this.#out);
    source.start(start);
    source.stop(start + seconds);
    this.#voices++;
    source.onended = () => this.#voices--;
  }
}

function whiteNoise(context) {
  const buffer = new AudioBuffer({
    length: context.sampleRate * NOISE_SECONDS,
    sampleRate: context.sampleRate,
  });
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i++) samples[i] = 2 * Math.random() - 1;
  return buffer;
}
