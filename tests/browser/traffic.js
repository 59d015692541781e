// Runs before each page of the app: notes what is on its way between the page and its server, so
// that a test can wait until nothing is.

(() => {
  const traffic = {
    /** "asked" until the server begins the run that the page asked for, "runs" until it ends. */
    run: "asked", // by being opened
    requests: 0, // uploads and files that are under way
    last: 0, // when the page asked for anything
  };
  globalThis.traffic = traffic;

  /** The fields of a protocol buffer: number and value. */
  function* fields(bytes) {
    let at = 0;
    const varint = () => {
      for (let value = 0, factor = 1; ; factor *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = varint();
      const kind = tag & 7;
      if (kind === 0) yield [tag >> 3, varint()];
      else if (kind === 2) {
        const end = varint() + at;
        yield [tag >> 3, bytes.subarray(at, end)];
        at = end;
      } else at += kind === 1 ? 8 : 4;
    }
  }

  // Numbers of fields as in Streamlit's BackMsg, ClientState and ForwardMsg.
  const RERUN = 11, AUTOMATIC = 6, BEGUN = 4, ENDED = 6, GIVEN_UP = 2;

  globalThis.WebSocket = class extends WebSocket {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", ({ data }) => {
        for (const [number, value] of fields(new Uint8Array(data))) {
          if (number === BEGUN && traffic.run === "asked") traffic.run = "runs";
          if (number === ENDED && value !== GIVEN_UP && traffic.run === "runs") traffic.run = "";
        }
      });
    }

    send(data) {
      for (const [number, state] of fields(data)) {
        if (number !== RERUN) continue;
        // A look that repeats itself every few seconds is nothing to wait for.
        if ([...fields(state)].some(([name, value]) => name === AUTOMATIC && value)) continue;
        traffic.run = "asked";
        traffic.last = performance.now();
      }
      super.send(data);
    }
  };

  const begin = () => {
    traffic.requests++;
    traffic.last = performance.now();
  };
  const end = () => {
    traffic.requests--;
    traffic.last = performance.now();
  };
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (...what) {
    begin();
    this.addEventListener("loadend", end);
    return send.apply(this, what);
  };
  const { fetch } = globalThis;
  globalThis.fetch = (...what) => {
    begin();
    return fetch(...what).finally(end);
  };

  /** Until everything asked is answered, and nothing more was asked for `pause` ms. */
  globalThis.settled = async (patience, pause) => {
    const began = performance.now();
    const idle = () => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]");
    while (
      performance.now() - Math.max(began, traffic.last) < pause ||
      traffic.run || traffic.requests || !idle()
    ) {
      if (performance.now() - began > patience) throw Error(`still: ${JSON.stringify(traffic)}`);
      await new Promise(done => setTimeout(done, 20));
    }
  };

  const frame = () => new Promise(done => requestAnimationFrame(done));

  /** The document and every shadow tree in it. */
  function* trees(root = document) {
    yield root;
    for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) yield* trees(shadowRoot);
  }

  /** How far the page and its sidebar are scrolled. */
  const scrolled = () =>
    ["stMain", "stSidebarContent"].map(part => document.querySelector(`[data-testid=${part}]`)?.scrollTop).join();

  /** Until everything is settled and drawn, and nothing moves that comes to an end. */
  globalThis.still = async (patience, pause) => {
    await settled(patience, pause);
    await frame(); // sizes are looked at
    await frame(); // and what depends on them is drawn
    const moving = () => [...trees()].flatMap(tree => tree.getAnimations())
      .filter(one => one.playState === "running" && Number.isFinite(one.effect.getComputedTiming().endTime));
    for (let those = moving(); those.length; those = moving()) {
      await Promise.allSettled(those.map(one => one.finished));
      await frame();
    }
    for (let still = 0, at = scrolled(); still < 4; still++) {
      await frame();
      if (scrolled() !== at) [still, at] = [0, scrolled()];
    }
  };
})();
