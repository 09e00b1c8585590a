/** Tells which shots are new: whatever is fired is to be heard once. */
export class ShotWatch {
  #known = new Set(); // ids in the air
  #first = true;

  forget() {
    this.#known.clear();
    this.#first = true;
  }

  /** One was heard when its page fired it, before it had an id. @param {number} id as the server has it, before the next look */
  heard(id) {
    this.#known.add(id);
  }

  /**
   * Calls `fired` for each shot that was not there at the last look; the first look only takes note.
   * @param {Map<number, any>} shots by id, as they are now
   * @param {(shot: any) => void} fired
   */
  look(shots, fired) {
    for (const id of this.#known) if (!shots.has(id)) this.#known.delete(id);
    for (const [id, shot] of shots) {
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      if (!this.#first) fired(shot);
    }
    this.#first = false;
  }
}
