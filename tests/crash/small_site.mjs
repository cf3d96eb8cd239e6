// A web site on this machine, for crawls that are interrupted.
import { createServer } from "node:http";

const pageCount = 8;

/** Pages that link to each other; each has a word of its own. */
export class SmallSite {
  constructor(random) {
    this.random = random;
    this.word = "";
    this.requests = 0;
  }

  start() {
    this.server = createServer((request, response) => this.answer(request.url, response));
    return new Promise((ready) => {
      this.server.listen(0, "127.0.0.1", () => {
        this.url = `http://127.0.0.1:${this.server.address().port}`;
        ready();
      });
    });
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  nextRound(word) {
    this.word = word;
  }

  /** Where the pages stand, and the word of each; the pages of other rounds have gone. */
  pages() {
    return Array.from({ length: pageCount }, (_, i) => ({
      url: `${this.url}/${this.word}/${i}`,
      word: `${this.word}p${i}`,
    }));
  }

  answer(path, response) {
    this.requests += 1;
    const [, round, number] = /^\/(\w+)\/(\d+)$/.exec(path) ?? [];
    if (round === undefined || Number(number) >= pageCount) {
      response.writeHead(404).end("none");
      return;
    }
    const next = [1, 2, 3, 4].map((step) => (Number(number) + step) % pageCount);
    const links = next.map((page) => `<a href="${page}">on</a>`);
    const html =
      `<html><head><title>Page ${number}</title></head><body><main><h1>Page ${number}</h1>` +
      `<p>This page is about ${round}p${number}.</p>${links.join(" ")}</main></body></html>`;
    const send = () => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
    };
    setTimeout(send, this.random() * 40);
  }
}
