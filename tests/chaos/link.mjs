// A TCP connection's way from one program to another, which can be cut, held up and turned.
import { connect, createServer } from "node:net";

export class Link {
  #server;
  #pairs = new Set();
  #isCut = false;
  #isHeld = false;

  /** `to`: the port on loopback where the way ends; it may change. */
  constructor(name, to) {
    this.name = name;
    this.to = to;
  }

  async open(port = 0) {
    this.#server = createServer((near) => this.#join(near));
    await new Promise((done, failed) => {
      this.#server.once("error", failed);
      this.#server.listen(port, "127.0.0.1", done);
    });
    this.port = this.#server.address().port;
    return this;
  }

  #join(near) {
    near.on("error", () => {});
    if (this.#isCut) return near.resetAndDestroy();
    const far = connect(this.to, "127.0.0.1");
    const pair = { near, far };
    this.#pairs.add(pair);
    far.on("error", () => {});
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.on("data", (bytes) => {
        if (!other.write(bytes)) one.pause();
      });
      other.on("drain", () => {
        if (!this.#isHeld) one.resume();
      });
      one.on("end", () => other.end());
      one.on("close", () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#isHeld) this.#pausePair(pair);
  }

  #pausePair({ near, far }) {
    near.pause();
    far.pause();
  }

  /** Ends what goes over it and refuses more. */
  cut() {
    this.#isCut = true;
    this.drop();
  }

  /** Ends what goes over it; new connections are made. */
  drop() {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  /** Nothing arrives any more, and nobody is told. */
  hold() {
    this.#isHeld = true;
    for (const pair of this.#pairs) this.#pausePair(pair);
  }

  mend() {
    this.#isCut = false;
    this.#isHeld = false;
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  /** Leads elsewhere from now on. */
  turn(to) {
    this.to = to;
    this.drop();
  }

  close() {
    this.drop();
    this.#server?.close();
  }
}
