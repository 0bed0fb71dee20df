"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = [...document.querySelectorAll(".key")];
  const search = document.getElementById("search");
  const chips = [...document.querySelectorAll(".chips button")];
  const graph = document.getElementById("graph");
  const table = document.getElementById("table");
  const views = { table: document.getElementById("as-table"), graph: document.getElementById("as-graph") };

  function narrow() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const flags = chips.filter((c) => c.getAttribute("aria-pressed") === "true").map((c) => c.dataset.flag);
    let shown = 0;
    for (const row of rows) {
      const has = row.dataset.flags.split(" ");
      row.hidden = !(words.every((w) => row.dataset.text.includes(w)) && flags.every((f) => has.includes(f)));
      if (!row.hidden && row.dataset.id !== undefined) shown += 1;
    }
    document.getElementById("shown").textContent = `${shown} of ${data.length} keys`;
    if (!graph.hidden) draw();
  }

  function show(name) {
    table.hidden = name !== "table";
    graph.hidden = name !== "graph";
    for (const [view, button] of Object.entries(views)) button.setAttribute("aria-pressed", String(view === name));
    if (name === "graph") draw();
  }

  const SVG = "http://www.w3.org/2000/svg";
  function element(name, attributes, text) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }
  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  function column(names, left, width, height, anchor) {
    const step = Math.max(20, height / Math.max(names.length, 1));
    return new Map(names.map((name, index) => [name, { x: left, y: 34 + step * (index + 0.5), width, anchor }]));
  }

  function draw() {
    const visible = new Set(rows.filter((r) => !r.hidden).map((r) => r.dataset.id));
    const keys = data.filter((key) => visible.has(key.id));
    graph.replaceChildren();
    if (!keys.length) {
      graph.append(Object.assign(document.createElement("p"), { textContent: "No key is left." }));
      return;
    }
    const functions = [...new Set(keys.flatMap((k) => k.uses.map((u) => `${u[1]} ${u[0]}`)))].sort();
    const models = [...new Set(keys.flatMap((k) => k.models))].sort();
    const height = 20 * Math.max(functions.length, keys.length, models.length);
    const left = column(functions, 330, 330, height, "end");
    const middle = column(keys.map((k) => k.id), 440, 420, height, "start");
    const right = column(models, 980, 200, height, "start");
    const svg = element("svg", { viewBox: `0 0 1200 ${height + 50}`, role: "img", "aria-label": "functions, keys and models" });
    for (const [x, anchor, text] of [[330, "end", "functions"], [440, "start", "keys"], [980, "start", "models"]])
      svg.append(element("text", { x, y: 18, "text-anchor": anchor, class: "title" }, text));
    const edges = [];
    const nodes = new Map();
    const join = (from, to, x1, x2, role, ends) => {
      const bend = (x2 - x1) / 2;
      const path = element("path", {
        d: `M${x1},${from.y} C${x1 + bend},${from.y} ${x2 - bend},${to.y} ${x2},${to.y}`, class: role,
      });
      edges.push([path, ends]);
      svg.append(path);
    };
    for (const key of keys) {
      const here = middle.get(key.id);
      for (const [name, file, role] of key.uses)
        join(left.get(`${file} ${name}`), here, 336, 434, role, [`f ${file} ${name}`, `k ${key.id}`]);
      for (const model of key.models) join(here, right.get(model), 860, 974, "model", [`k ${key.id}`, `m ${model}`]);
    }
    const place = (kind, name, spot, label) => {
      const text = element("text", { x: spot.x, y: spot.y + 4, "text-anchor": spot.anchor });
      label(text);
      const id = `${kind} ${name}`;
      nodes.set(id, text);
      text.addEventListener("mouseenter", () => light(id));
      text.addEventListener("mouseleave", () => light(null));
      text.addEventListener("click", () => { search.value = kind === "m" ? name : kind === "f" ? name.split(" ").pop() : ""; if (kind === "k") open(name); else narrow(); });
      svg.append(text);
    };
    const plain = (shown, whole) => (text) => { text.textContent = shown; text.append(element("title", {}, whole)); };
    for (const [name, spot] of left) place("f", name, spot, plain(cut(name.split(" ").pop(), 44), name));
    for (const key of keys)
      place("k", key.id, middle.get(key.id), (text) => {
        let room = 58;
        for (const [part, fixed] of key.parts) {
          if (room <= 0) break;
          const shown = cut(fixed ? part : `{${part}}`, room);
          text.append(element("tspan", fixed ? {} : { class: "part-text" }, shown));
          room -= shown.length;
        }
        text.append(element("title", {}, key.id));
      });
    for (const [name, spot] of right) place("m", name, spot, plain(cut(name.split(".").pop(), 30), name));
    function light(id) {
      graph.classList.toggle("lit", id !== null);
      const near = new Set(id === null ? [] : [id]);
      for (const [path, ends] of edges) {
        const on = ends.includes(id);
        path.classList.toggle("on", on);
        if (on) ends.forEach((end) => near.add(end));
      }
      for (const [name, text] of nodes) text.classList.toggle("on", near.has(name));
    }
    graph.append(svg);
  }

  function open(id) {
    show("table");
    const row = rows.find((each) => each.dataset.id === id);
    if (row === undefined) return;
    search.value = "";
    narrow();
    row.open = true;
    row.scrollIntoView({ block: "center" });
  }

  search.addEventListener("input", narrow);
  for (const chip of chips) {
    chip.setAttribute("aria-pressed", "false");
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      narrow();
    });
  }
  for (const button of document.querySelectorAll(".model"))
    button.addEventListener("click", () => { search.value = button.dataset.model; narrow(); window.scrollTo(0, 0); });
  views.table.addEventListener("click", () => show("table"));
  views.graph.addEventListener("click", () => show("graph"));
})();
