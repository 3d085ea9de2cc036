/** The moments of the last two minutes' requests, oldest first, in a ring that grows with them. */

const KEPT_MS = 120_000;
const FIRST_CAPACITY = 16;

export class SendLog {
  private ring = new Float64Array(FIRST_CAPACITY);
  private head = 0;
  private count = 0;

  /** Not before the moments added earlier. */
  add(at: number): void {
    while (this.count > 0 && this.at(0) <= at - KEPT_MS) {
      this.head = (this.head + 1) % this.ring.length;
      this.count -= 1;
    }
    if (this.count === this.ring.length) {
      this.grow();
    }
    this.ring[(this.head + this.count) % this.ring.length] = at;
    this.count += 1;
  }

  /** One of that moment does not count after all. */
  remove(moment: number): void {
    const place = this.count - this.countAfter(moment) - 1;
    if (place < 0 || this.at(place) !== moment) {
      return;
    }
    for (let later = place + 1; later < this.count; later += 1) {
      this.ring[(this.head + later - 1) % this.ring.length] = this.at(later);
    }
    this.count -= 1;
  }

  /** The moment of the last one (1), the one before it (2) and so on; -Infinity: there were not so many. */
  last(place: number): number {
    return place > this.count ? Number.NEGATIVE_INFINITY : this.at(this.count - place);
  }

  countAfter(moment: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle) > moment) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return this.count - low;
  }

  private at(place: number): number {
    return this.ring[(this.head + place) % this.ring.length] ?? 0;
  }

  private grow(): void {
    const larger = new Float64Array(this.ring.length * 2);
    for (let place = 0; place < this.count; place += 1) {
      larger[place] = this.at(place);
    }
    this.ring = larger;
    this.head = 0;
  }
}
