// The view: one picture, one token, its reading at every level. Everything redraws here, without
// the server, which is only told what was chosen so that links restore it.

const KEEP_AFTER = 250; // ms after the last change until the server is told
const SAY_AFTER = 350; // ms until a screen reader is told

const views = new Map(); // by component

export default function (component) {
  const { key, parentElement } = component;
  if (!views.has(key)) views.set(key, new Explore(parentElement));
  views.get(key).update(component);
  return () => {
    views.get(key)?.close();
    views.delete(key);
  };
}

class Explore {
  constructor(parent) {
    this.root = parent.querySelector(".explore");
    this.pick = (selector) => this.root.querySelector(selector);
    this.photoCanvas = this.pick(".photo");
    this.opacity = 0.6;
    this.preview = null; // the token under the mouse, while it is there
    this.pointed = null; // {level, place}: a place of a map that is pointed at
    this.onPacket = () => this.refresh();
    shelf.arrivals.addEventListener("packet", this.onPacket);
    this.sizes = new ResizeObserver(() => this.soon());
    this.sizes.observe(this.root);
    this.listen();
  }

  close() {
    shelf.arrivals.removeEventListener("packet", this.onPacket);
    this.sizes.disconnect();
    clearTimeout(this.keepTimer);
    clearTimeout(this.sayTimer);
  }

  /** New data from the server. What is selected here wins, unless another picture came. */
  update(component) {
    const { data, setStateValue, setTriggerValue } = component;
    const subject = `${data.trace} ${data.photo}`;
    if (subject !== this.subject) {
      this.subject = subject;
      clearTimeout(this.keepTimer); // what was chosen on the picture before is not for this one
      this.selected = { ...data.selected };
      this.preview = this.pointed = null;
    }
    this.words = data.words;
    this.data = data;
    this.tell = (selected) => setStateValue("selected", { ...selected, trace: data.trace });
    this.dismiss = () => setTriggerValue("dismissed", true);
    this.refresh();
    this.writeLink();
  }

  /** The address tells what is shown, without an entry in the history for every token. */
  writeLink() {
    const { stage, block, head, token, switch: chosen, part } = this.selected;
    const address = new URL(location.href);
    const wanted = {
      ...this.data.link,
      stage,
      block,
      head,
      token: token && this.data.link.picture ? token.join(",") : null, // no upload, no place of it
      switch: chosen === "on" ? null : chosen,
      part: part === "all" ? null : part,
    };
    for (const [name, value] of Object.entries(wanted))
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  // What is in front

  get block() {
    const { stage, block } = this.selected;
    return this.blocksOf(stage)[block];
  }

  /** What the runs under the switches of the chosen part are called. */
  get runsKey() {
    const { stage, block, head, part } = this.selected;
    const names = [this.data.trace];
    if (part !== "all") names.push(`stage${stage}`);
    if (part !== "all" && part !== "stage") names.push(`block${block}`);
    if (part.startsWith("level")) names.push(part);
    if (part === "head") names.push(`head${head}`);
    return names.join("/");
  }

  blocksOf(stage) {
    return this.data.network.blocks.filter((b) => b.stage === stage);
  }

  /** The token whose reading is shown. */
  get token() {
    return this.preview ?? this.selected.token;
  }

  word(name, gaps = {}) {
    return this.words[name].replace(/{(\w+)}/g, (_, gap) => gaps[gap]);
  }

  ordinal(index) {
    return this.word(`ordinal_${index + 1}`);
  }

  /** Everything anew: after data, another stage, block, head or theme. */
  refresh() {
    this.photo = shelf.packets.get("photo/" + this.data.photo);
    this.trace = shelf.packets.get("trace/" + this.data.trace);
    if (this.trace && this.selected.token === null)
      this.selected.token = this.trace.tokens[this.data.network.blocks.indexOf(this.block)];
    this.runs = shelf.packets.get("without/" + this.runsKey);
    this.root.dataset.state = this.data.error ? "error" : this.trace ? "ready" : "opening";
    this.root.dataset.shown = this.trace ? this.data.trace : ""; // for tests
    this.boardSheet = null;
    this.readTheme();
    for (const element of this.root.querySelectorAll("[data-word]"))
      element.textContent = this.word(element.dataset.word);
    this.buildColumns();
    this.writeHead();
    this.writeMessage();
    this.buildStages();
    this.buildMore();
    writeTop(this);
    buildSwitches(this);
    this.describe();
    this.draw();
  }

  readTheme() {
    this.look = readLook(this.root, this.data.ramps);
  }

  // Structure

  buildColumns() {
    const count = Math.max(2, ...this.data.network.blocks.map((b) => b.levels.length));
    if (this.columns?.length === count) return;
    this.root.dataset.columns = count;
    this.columns?.forEach((column) => column.root.remove());
    this.columns = range(count).map((index) => this.buildColumn(index));
  }

  buildColumn(index) {
    const root = make("div", "column level");
    root.style.gridColumn = index + 2;
    root.innerHTML = `
      <div class="column-head"><div><h2><span class="disc">${index + 1}</span><span></span></h2><p></p></div></div>
      <canvas class="data" role="application"></canvas>
      <p class="say"></p>
      <div class="detail"><canvas class="data" role="img"></canvas><div class="facts"></div></div>`;
    this.pick(".controls").before(root);
    const column = {
      root,
      head: root.querySelector("h2 span:last-child"),
      note: root.querySelector("p"),
      map: root.querySelector(":scope > canvas"),
      say: root.querySelector(".say"),
      overlay: root.querySelector(".detail canvas"),
      facts: root.querySelector(".facts"),
    };
    this.listenMap(column, index);
    return column;
  }

  writeHead() {
    const { block } = this;
    const last = block.levels.length - 1;
    const cells = block.levels[last].side ** 2;
    const steps = block.levels.map((_, i) =>
      last === 0 ? "only" : i === 0 ? "first" : i === last ? "last" : "next",
    );
    this.pick(".lede").replaceChildren(
      ...steps.map((step, i) => {
        const part = make("span");
        part.append(make("span", "disc", i + 1), this.word(`lede_${step}`, { cells }));
        return part;
      }),
    );
    const touch = matchMedia("(pointer: coarse)").matches && block.levels.length > 1;
    this.pick(".picture p").textContent = this.word(touch ? "picture_hint_touch" : "picture_hint", {
      rows: block.side,
    });
    this.columns.forEach((column, i) => {
      const step = steps[i] ?? "missing";
      column.root.classList.toggle("missing", step === "missing");
      column.map.tabIndex = step === "missing" ? -1 : 0;
      column.head.textContent = this.word(`${step}_head`);
      const level = block.levels[i];
      column.note.textContent = this.word(step === "last" ? "next_note" : `${step}_note`, {
        rows: level?.grid,
        tokens: level?.grid ** 2,
        ordinal: this.ordinal(i),
        merged: block.levels[i - 1]?.grid ** 2,
        count: level?.side ** 2,
      });
    });
  }

  writeMessage() {
    const { error } = this.data;
    const message = this.pick(".message");
    const [title, note] = message.children;
    const opening = !this.trace && !error;
    message.hidden = !opening && !error;
    title.textContent = opening ? this.word("loading") : (error ?? "");
    const blocks = this.data.network.blocks.length;
    note.textContent = opening ? this.word("loading_note", { blocks }) : "";
    message.querySelector("button").hidden = opening;
  }

  buildStages() {
    const stages = this.pick(".stages");
    const sides = [...new Set(this.data.network.blocks.map((b) => b.stage))].map((stage) => [
      stage,
      this.blocksOf(stage)[0].side,
    ]);
    stages.setAttribute("aria-label", this.word("stages"));
    choices(
      stages,
      sides.map(([stage, side]) => {
        const thumb = make("canvas");
        thumb.width = thumb.height = side;
        if (this.photo) drawPart(thumb.getContext("2d"), this.photo, [0, 0, 1], 0, 0, side);
        const text = make("span");
        text.append(
          make("b", "", this.word("size", { rows: side })),
          make("small", "", this.word("stage", { number: stage + 1 })),
        );
        return { value: stage, content: [thumb, text] };
      }),
      this.selected.stage,
      (stage) => this.selectStage(stage),
    );
  }

  buildMore() {
    const more = this.pick(".more");
    const button = this.pick(".more-button");
    button.textContent = this.word(more.hidden ? "more" : "less");
    button.setAttribute("aria-expanded", !more.hidden);
    const numbered = (count) => range(count).map((i) => ({ value: i, content: [String(i + 1)] }));
    const heads = [{ value: null, content: [this.word("all_heads")] }];
    const old = [...more.querySelectorAll("[role=radiogroup]")];
    const group = (name, i, options, chosen, choose) => {
      const box = make("div");
      const buttons = old[i] ?? make("span", "choices");
      buttons.setAttribute("role", "radiogroup");
      buttons.setAttribute("aria-label", this.word(name));
      box.append(make("span", "", this.word(name)), buttons);
      choices(buttons, options, chosen, choose);
      return box;
    };
    const number = (name, axis) => {
      const label = make("label", "", this.word(name));
      const input = make("input");
      Object.assign(input, { type: "number", min: 1, max: this.block.side });
      input.value = (this.selected.token?.[axis] ?? 0) + 1;
      input.onchange = () => {
        const token = [...this.token];
        if (Number.isFinite(input.valueAsNumber)) token[axis] = Math.round(input.valueAsNumber) - 1;
        this.selectToken(token);
        input.value = this.selected.token[axis] + 1;
      };
      label.append(input);
      return label;
    };
    const { stage, block, head } = this.selected;
    const focused = this.root.getRootNode().activeElement;
    more.replaceChildren(
      group("block", 0, numbered(this.blocksOf(stage).length), block, (b) => this.selectBlock(b)),
      group("head", 1, [...heads, ...numbered(this.block.heads)], head, (h) => this.selectHead(h)),
      number("row", 0),
      number("column", 1),
    );
    if (focused?.isConnected) focused.focus(); // moving an element takes its focus away
  }

  // Choosing

  selectToken(token) {
    const last = this.block.side - 1;
    this.selected.token = token.map((t) => Math.max(0, Math.min(last, t)));
    this.preview = null;
    this.keep();
    this.draw();
  }

  /** Another stage: the token moves to the same spot of the picture. */
  selectStage(stage) {
    const before = this.block.side;
    this.selected = { ...this.selected, stage, block: 0, head: null };
    this.keepPart();
    const ratio = this.block.side / before;
    this.selected.token =
      this.selected.token?.map((t) => Math.floor(ratio > 1 ? (t + 0.5) * ratio : t * ratio)) ??
      null;
    this.preview = this.pointed = null;
    this.refresh();
    this.keep();
  }

  selectBlock(block) {
    this.selected = { ...this.selected, block, head: null };
    this.keepPart();
    this.refresh();
    this.keep();
  }

  selectHead(head) {
    this.selected = { ...this.selected, head };
    this.keepPart();
    this.refresh();
    this.keep();
  }

  /** A part that the new block does not have becomes the block. */
  keepPart() {
    if (!this.parts.includes(this.selected.part)) this.selected.part = "block";
  }

  get parts() {
    const levels = this.block.levels.length;
    const found = ["all", "stage", "block"];
    if (levels > 1) for (const i of range(levels)) found.push(`level${i}`);
    if (this.selected.head !== null) found.push("head");
    return found;
  }

  /** The server runs the switches of another part when it is told. */
  selectPart(part) {
    this.selected = { ...this.selected, part };
    this.refresh();
    this.keep();
  }

  selectSwitch(name) {
    this.selected = { ...this.selected, switch: name };
    writeTop(this);
    buildSwitches(this);
    this.keep();
  }

  /** Tell the server, and a screen reader, when nothing has changed for a moment. */
  keep() {
    this.describe();
    clearTimeout(this.keepTimer);
    clearTimeout(this.sayTimer);
    this.keepTimer = setTimeout(() => {
      this.writeLink();
      this.tell(this.selected);
    }, KEEP_AFTER);
    this.sayTimer = setTimeout(() => this.say(), SAY_AFTER);
  }

  say() {
    if (!this.readings) return;
    const [row, column] = this.selected.token.map((t) => t + 1);
    const sentences = this.readings.map((_, i) => this.columns[i].say.textContent).join(" ");
    this.pick(".unseen").textContent = this.word("live", { row, column, sentences });
  }

  describe() {
    const { block } = this;
    const [row, column] = (this.selected.token ?? [0, 0]).map((t) => t + 1);
    const { alt } = this.data;
    this.photoCanvas.setAttribute(
      "aria-label",
      this.word("aria_picture", { alt, rows: block.side, row, column }),
    );
    this.pick(".whole").setAttribute(
      "aria-label",
      this.word("crop", { pixels: this.data.network.input }),
    );
    this.pick(".bar").setAttribute("aria-label", this.word("aria_bar"));
    block.levels.forEach((level, i) => {
      const gaps = { ordinal: this.ordinal(i), rows: level.grid };
      this.columns[i].map.setAttribute("aria-label", this.word("aria_map", gaps));
      this.columns[i].overlay.setAttribute("aria-label", this.word("aria_overlay", gaps));
    });
  }

  // Events

  listen() {
    const canvas = this.photoCanvas;
    canvas.onpointermove = (event) => {
      if (event.pointerType === "touch" || !this.trace) return;
      this.preview = placeAt(canvas, event, this.block.side);
      this.soon();
    };
    canvas.onpointerleave = () => {
      if (this.preview === null) return;
      this.preview = null;
      this.soon();
    };
    canvas.onclick = (event) => {
      if (!this.trace) return;
      const { block } = this;
      const grid = block.levels.length > 1 ? block.levels[0].grid : 1;
      // A finger cannot aim at a token of a few pixels: it takes the centre of its cell.
      if (event.pointerType === "touch")
        this.selectToken(
          placeAt(canvas, event, Math.ceil(block.side / grid)).map(
            (cell) => cell * grid + Math.floor(grid / 2),
          ),
        );
      else this.selectToken(placeAt(canvas, event, block.side));
    };
    canvas.onkeydown = (event) => {
      if (!this.trace) return;
      const move = arrow(event);
      const { block } = this;
      const grid = block.levels.length > 1 ? block.levels[0].grid : 1;
      const far = event.shiftKey ? grid : 1;
      if (move) this.selectToken(this.selected.token.map((t, i) => t + move[i] * far));
      else if (event.key === "Enter" || event.key === " ") this.selectToken(this.token);
      else return;
      stop(event);
    };
    const opacity = this.pick("input[type=range]");
    opacity.oninput = () => {
      this.opacity = opacity.value / 100;
      this.soon();
    };
    this.pick(".more-button").onclick = () => {
      this.pick(".more").hidden = !this.pick(".more").hidden;
      this.buildMore();
      this.soon();
    };
    this.pick(".message button").onclick = () => this.dismiss();
    this.pick("details").ontoggle = () => writeTables(this);
  }

  listenMap(column, index) {
    const { map } = column;
    const grid = () => this.block.levels[index].grid;
    const point = (place, event) => {
      this.pointed = place === null ? null : { level: index, place };
      this.draw();
      this.writeTip(map, event);
    };
    map.onpointermove = (event) => {
      if (event.pointerType === "touch" || !this.readings) return;
      const [row, col] = placeAt(map, event, grid());
      point(row * grid() + col, event);
    };
    map.onpointerleave = map.onblur = () => this.pointed && point(null);
    map.onclick = (event) => {
      if (!this.readings) return;
      const [row, col] = placeAt(map, event, grid());
      this.walkTo(index, row * grid() + col);
    };
    map.onkeydown = (event) => {
      if (!this.readings) return;
      const reading = this.readings[index];
      const place = this.pointed?.level === index ? this.pointed.place : reading.own;
      const move = arrow(event);
      if (move) {
        const [row, col] = [Math.floor(place / grid()) + move[0], (place % grid()) + move[1]];
        const inside = (v) => Math.max(0, Math.min(grid() - 1, v));
        point(inside(row) * grid() + inside(col));
        this.pick(".unseen").textContent = this.pick(".tip").textContent;
      } else if (event.key === "Enter") this.walkTo(index, place);
      else if (event.key === "Escape") point(null);
      else return;
      stop(event);
    };
  }

  walkTo(level, place) {
    const reading = this.readings[level];
    if (!reading.exists(place)) return;
    this.pointed = null;
    this.writeTip();
    this.selectToken(walk(reading, place, this.selected.token, this.block));
  }

  /** Number, share and place of what is pointed at, beside the pointer or the place itself. */
  writeTip(map, event) {
    const tip = this.pick(".tip");
    const shown =
      this.pointed !== null && this.readings[this.pointed.level].exists(this.pointed.place);
    tip.classList.toggle("shown", shown);
    if (!shown) return;
    const { level, place } = this.pointed;
    const { g, multiple } = this.readings[level];
    const [row, column] = [Math.floor(place / g), place % g];
    emphasise(
      tip,
      this.word("tip", {
        multiple: formatExactly(multiple[place]),
        share: ((100 * multiple[place]) / this.facts[level].total).toFixed(2) + " %",
        row: row + 1,
        column: column + 1,
      }),
    );
    const box = map.getBoundingClientRect();
    const x = event ? event.clientX : box.left + ((column + 0.5) * box.width) / g;
    const y = event ? event.clientY : box.top + (row * box.height) / g;
    tip.style.left = Math.max(8, Math.min(innerWidth - tip.offsetWidth - 8, x + 14)) + "px";
    tip.style.top = Math.max(8, y - 38) + "px";
  }

  // Drawing

  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    if (!this.data || !this.root.isConnected) return;
    const { block, look, token } = this;
    const ready = this.trace && token !== null;
    this.pick("output").textContent = Math.round(100 * this.opacity) + " %";
    if (ready) {
      this.readings = block.levels.map((_, i) =>
        readLevel(this.trace, block, i, token, this.selected.head),
      );
      const pixels = this.data.network.input / block.side;
      this.facts = this.readings.map((r) => readingFacts(r, pixels * r.factor));
    } else this.readings = this.facts = null;
    this.drawPhoto();
    this.columns.forEach((column, i) => {
      if (i >= block.levels.length) return;
      if (!ready) {
        drawWaiting(column.map, block.levels[i].grid, look);
        drawWaiting(column.overlay, block.levels[i].grid, look);
        return;
      }
      const [reading, facts] = [this.readings[i], this.facts[i]];
      drawMap(
        column.map,
        reading,
        facts,
        look,
        this.pointed?.level === i ? this.pointed.place : null,
      );
      if (this.photo)
        drawOverlay(column.overlay, this.photo, reading, facts, block, look, this.opacity);
      emphasise(column.say, sentence(this, i));
      writeFacts(this, column.facts, facts, reading);
      column.map.dataset.drawn = `${token.join(",")}/${block.stage}/${block.block}`;
    });
    const marked =
      this.pointed && this.readings
        ? this.readings[this.pointed.level].multiple[this.pointed.place]
        : null;
    drawBar(this.pick(".bar"), this.words, look, marked || null);
    drawFunnels(this);
    if (this.pick("details").open) writeTables(this);
    this.writeNumbers();
  }

  drawPhoto() {
    const { photo, block, token, photoCanvas } = this;
    const { pen, width } = fit(photoCanvas);
    if (!photo) pen.clearRect(0, 0, width, width); // the one before must not stand for this one
    if (!photo || !width) return;
    const key = `${width} ${devicePixelRatio} ${block.stage}`;
    if (this.boardSheet?.key !== key) {
      const cells = block.levels.length > 1 ? block.side / block.levels[0].grid : block.side;
      this.boardSheet = { key, sheet: drawBoard(photo, cells, width, photoCanvas.width / width) };
      drawWhole(this.pick(".whole"), photo);
    }
    pen.drawImage(this.boardSheet.sheet, 0, 0, width, width);
    if (token === null) return;
    drawToken(pen, block, token, width);
    if (this.pointed && this.readings) {
      const [left, top, side] = areaOf(
        this.readings[this.pointed.level],
        this.pointed.place,
        block,
      );
      const least = Math.max(side * width, 6);
      ring(pen, left * width, top * width, least, true);
    }
    photoCanvas.dataset.drawn = `${token.join(",")}/${block.stage}/${block.block}`;
  }

  writeNumbers() {
    const inputs = [...this.pick(".more").querySelectorAll("input")];
    const focused = this.root.getRootNode().activeElement;
    inputs.forEach((input, axis) => {
      if (input !== focused && this.selected.token) input.value = this.selected.token[axis] + 1;
    });
  }
}
