/** Counts the shots of one ship and the hits on another, as the server has them. With bots about, hits may be theirs. */
export class Shots {
  #shooter = 0;
  #target = 0;
  #fired = 0;
  #hits = 0;
  #hp = 0;
  #shield = 0;

  get count() {
    return { fired: this.#fired, hits: this.#hits };
  }

  forget() {
    this.#fired = this.#hits = 0;
  }

  /** Whose shots, and whose hits. @param {number} shooter @param {number} target ids of ships */
  between(shooter, target) {
    this.#shooter = shooter;
    this.#target = target;
  }

  /** @param {any} room of who sees the truth */
  watch(room) {
    room.on("add", (table, _, row) => {
      if (table === "shots" && row.owner === this.#shooter) this.#fired++;
    });
    room.on("change", (table, id, row) => {
      if (table !== "ships" || id !== this.#target) return;
      const { hp, shield } = row;
      // A shield of 100 is the protection of who has just come back: its end is no hit.
      if (hp < this.#hp || (shield < this.#shield && this.#shield < 100)) this.#hits++;
      this.#hp = hp;
      this.#shield = shield;
    });
  }
}
