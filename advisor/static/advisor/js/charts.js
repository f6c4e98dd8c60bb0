// Draws every <figure class="chart" data-chart> from the JSON inside it. Needs vendor/echarts.min.js before it.
// The page holds the same numbers in a table; docs/front-end.md describes the JSON.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("page-words")?.textContent || "{}");
  const say = (text) => words[text] || text;
  const language = document.documentElement.lang || "en";
  const drawn = new Map(); // figure -> { chart, spec, plot, hidden: names switched off in the legend }
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const plain = matchMedia("(prefers-contrast: more), (forced-colors: active)");
  const DEFAULT_SHAPE = {
    "stacked-bar": "bar", bar: "bar", "bar-horizontal": "bar", "stacked-area": "area", line: "line", step: "step",
  };
  const GAP = "–";
  const NARROW_PX = 480;
  const LABEL_PX = 58; // what the figure at the end of a sideways bar takes

  // ---- numbers -------------------------------------------------------------------------------------------
  const figures = (options) => {
    const made = new Intl.NumberFormat(language, options);
    return { format: (value) => made.format(value).replace("-", "\u2212") }; // a minus, as in the text
  };
  const whole = figures({ maximumFractionDigits: 0 });
  const fine = figures({ maximumSignificantDigits: 4 });
  const three = figures({ maximumSignificantDigits: 3 });
  const exact = (value) => (Math.abs(value) >= 1000 ? whole : fine).format(value);

  function short(value) {
    const size = Math.abs(value);
    for (const [unit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
      // 999,950 would print as 1,000 k
      if (size >= unit * 0.9995) return `${three.format(value / unit)}\u202f${letter}`;
    }
    return three.format(value);
  }

  const withUnit = (text, unit) => (unit ? `${text}\u00a0${unit}` : text);

  // ---- colours: custom properties, resolved by the browser, so that light-dark() and var() work -----------
  function palette(figure) {
    const probe = document.createElement("span");
    probe.hidden = true;
    figure.append(probe);
    const read = (name) => {
      probe.style.color = "";
      if (!getComputedStyle(probe).getPropertyValue(name).trim()) return null;
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const spec = drawn.get(figure).spec;
    const colours = {
      ink: read("--ink"), soft: read("--soft"), line: read("--line"), card: read("--card"), bad: read("--bad"),
      series: spec.series.map((one, index) =>
        (/^[\w-]+$/.test(one.key || "") && read(`--chart-${one.key}`)) || read(`--chart-${(index % 8) + 1}`)),
    };
    probe.remove();
    return colours;
  }

  // ---- the spec in ECharts' words ------------------------------------------------------------------------
  const shapeOf = (spec, one) => one.as || DEFAULT_SHAPE[spec.kind] || "bar";

  /** Only what has the chart's own shape is stacked: a line over stacked bars stays a line. */
  function isStacked(spec, one) {
    const wanted = spec.stack ?? (spec.kind || "").startsWith("stacked");
    return wanted && shapeOf(spec, one) === (DEFAULT_SHAPE[spec.kind] || "bar");
  }

  function series(spec, colours, sideways) {
    return spec.series.map((one, index) => {
      const shape = shapeOf(spec, one);
      const stacked = isStacked(spec, one);
      const colour = colours.series[index];
      const common = {
        name: one.name, color: colour, stack: stacked ? "all" : undefined, data: one.values, cursor: "default",
        emphasis: { disabled: true }, markLine: index ? undefined : marks(spec, colours, sideways),
      };
      if (shape === "bar") {
        return {
          ...common, type: "bar", barMaxWidth: sideways ? 18 : 46, barCategoryGap: "28%",
          itemStyle: stacked ? { borderColor: colours.card, borderWidth: 0.75 } : {},
          data: one.values.map((value) => (
            value === 0 ? { value, itemStyle: { borderWidth: 0 } } : value < 0 && sideways ? { value, label: { position: "left" } } : value
          )),
          label: {
            show: sideways && !stacked, position: "right", color: colours.ink, fontSize: 12, backgroundColor: colours.card, padding: [2, 1],
            formatter: ({ value }) => short(value),
          },
        };
      }
      const filled = shape === "area" || (shape === "step" && stacked);
      return {
        ...common, type: "line", step: shape === "step" ? "middle" : false, connectNulls: false, z: filled ? 2 : 4,
        // no shadow: Chromium draws nothing of a level line that has one, for its box has no height
        lineStyle: filled ? { width: 1, color: colours.card } : { width: 2, color: colour },
        areaStyle: filled ? { color: colour, opacity: 1 } : undefined,
        // a value between two gaps has no line through it: without a dot it would not be seen
        symbol: "circle", showSymbol: true, showAllSymbol: true,
        symbolSize: (value, { dataIndex: i }) => (isGap(one.values[i - 1]) && isGap(one.values[i + 1]) ? 6 : 0),
      };
    });
  }

  const isGap = (value) => value === null || value === undefined;

  /** A round end of the axis above the highest mark, in steps that ECharts takes over. */
  function roundEnd(highest, steps) {
    const size = 10 ** Math.floor(Math.log10(highest / steps));
    return steps * size * [1, 2, 3, 5, 10].find((step) => step * size * steps >= highest * 1.001);
  }

  function marks(spec, colours, sideways) {
    if (!spec.marks?.length) return undefined;
    return {
      silent: true, symbol: "none", animation: false, z: sideways ? 1 : 5,
      lineStyle: { color: colours.bad, type: [5, 4], width: 1.5 },
      label: {
        position: sideways ? "start" : "insideEndTop", color: colours.bad, fontSize: 12,
        formatter: (mark) => (mark.data.place ? mark.name : `${mark.name} ${withUnit(short(mark.value), spec.unit)}`),
      },
      data: spec.marks.map((mark) => (mark.x === undefined
        ? { name: mark.name, [sideways ? "xAxis" : "yAxis"]: mark.y }
        : { name: mark.name, place: true, xAxis: spec.x.indexOf(mark.x) })),
    };
  }

  function axes(spec, colours, sideways, width) {
    const text = { color: colours.soft, fontSize: 12, hideOverlap: true };
    const highest = Math.max(...(spec.marks || []).map((mark) => mark.y ?? 0), 0);
    const below = sideways && spec.series.some((one) => one.values.some((figure) => figure < 0));
    const names = Math.min(220, width * 0.36);
    const room = `${(100 * LABEL_PX) / Math.max(LABEL_PX, width - names - 2 * LABEL_PX)}%`; // left of the lowest
    const steps = !sideways ? 5 : width < NARROW_PX ? 2 : 4;
    const value = {
      type: "value", splitNumber: steps, boundaryGap: below ? [room, 0] : undefined, splitLine: { lineStyle: { color: colours.line } },
      max: (extent) => (spec.yMax < extent.max ? roundEnd(spec.yMax, steps) : highest > extent.max ? roundEnd(highest, steps) : null),
      axisLabel: { ...text, formatter: short },
    };
    const labels = { color: colours.ink, width: names, overflow: "break", interval: 0, lineHeight: 15 };
    const missing = (index) => spec.series.every((one) => isGap(one.values[index]));
    const edges = spec.series.every((one) => ["area", "line"].includes(shapeOf(spec, one)));
    const category = {
      type: "category", data: spec.x, inverse: sideways, boundaryGap: !edges,
      name: sideways ? "" : spec.xTitle || "", nameLocation: "middle", nameGap: 28,
      nameTextStyle: { color: colours.soft, fontSize: 12 },
      axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } },
      axisLabel: sideways ? { ...text, ...labels, formatter: (name, i) => (missing(i) ? `${name}  ${GAP}` : name) } : text,
    };
    return sideways ? { xAxis: value, yAxis: category } : { xAxis: category, yAxis: value };
  }

  function option(figure) {
    const { spec, plot, hidden } = drawn.get(figure);
    const sideways = spec.kind === "bar-horizontal";
    const colours = palette(figure);
    return {
      animation: !calm.matches, animationDuration: 250, animationDurationUpdate: 0,
      textStyle: { fontFamily: getComputedStyle(figure).fontFamily },
      aria: { enabled: plain.matches, label: { enabled: false }, decal: { show: plain.matches } },
      legend: { show: false, selected: Object.fromEntries([...hidden].map((name) => [name, false])) },
      grid: {
        left: 4, right: sideways ? LABEL_PX : 14, top: sideways && spec.marks?.length ? 24 : 10,
        bottom: spec.xTitle && !sideways ? 26 : 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel",
      },
      tooltip: {
        trigger: "axis", className: "chart-tip", confine: true, transitionDuration: 0, padding: 0, borderWidth: 0,
        backgroundColor: "transparent", extraCssText: "box-shadow:none", formatter: (points) => tip(spec, points),
        axisPointer: { type: sideways ? "shadow" : "line", lineStyle: { color: colours.soft }, label: { show: false } },
      },
      ...axes(spec, colours, sideways, plot.clientWidth), series: series(spec, colours, sideways),
    };
  }

  // ---- the parts around the plot: built as nodes, never as text with styles ------------------------------
  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function swatch(colour, shape) {
    const node = element("span", `chart-swatch chart-swatch-${shape}`);
    node.style.color = colour;
    return node;
  }

  function tip(spec, points) {
    const box = element("div", "chart-tip-box");
    box.append(element("p", "chart-tip-title", points[0].axisValueLabel ?? points[0].name));
    const table = element("table");
    const row = (mark, name, value) => {
      const line = element("tr");
      const head = element("th", "", name);
      head.scope = "row";
      if (mark) head.prepend(mark);
      line.append(head, element("td", "", isGap(value) ? GAP : withUnit(exact(value), spec.unit)));
      table.append(line);
    };
    const stacked = points.filter((point) => isStacked(spec, spec.series[point.seriesIndex]));
    // as they lie on each other: the topmost first
    for (const point of [...points.filter((p) => !stacked.includes(p)), ...stacked.toReversed()]) {
      const one = spec.series[point.seriesIndex];
      row(swatch(point.color, shapeOf(spec, one)), one.name, one.values[point.dataIndex]);
    }
    const values = stacked.map((point) => spec.series[point.seriesIndex].values[point.dataIndex]);
    if (values.length > 1) {
      // a sum with an unknown part is unknown
      row(null, say("together"), values.some(isGap) ? null : values.reduce((sum, value) => sum + value, 0));
      table.lastChild.className = "chart-tip-sum";
    }
    box.append(table);
    return box;
  }

  function legend(figure) {
    const { spec, hidden } = drawn.get(figure);
    const list = figure.querySelector(".chart-legend") || element("ul", "chart-legend");
    const colours = palette(figure).series;
    list.replaceChildren(...spec.series.map((one, index) => {
      const item = element("li");
      const button = element("button", "", one.name);
      button.type = "button";
      button.setAttribute("aria-pressed", String(!hidden.has(one.name)));
      button.prepend(swatch(colours[index], shapeOf(spec, one)));
      button.addEventListener("click", () => {
        if (!hidden.delete(one.name)) hidden.add(one.name);
        button.setAttribute("aria-pressed", String(!hidden.has(one.name)));
        draw(figure);
      });
      item.append(button);
      return item;
    }));
    return list;
  }

  // ---- life of a chart -----------------------------------------------------------------------------------
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const figure = target.closest("figure");
      const one = drawn.get(figure);
      if (!one || (target.clientWidth === one.width && target.clientHeight === one.height)) continue;
      draw(figure); // the room for labels depends on the width
    }
  });

  function draw(figure) {
    const one = drawn.get(figure);
    [one.width, one.height] = [one.plot.clientWidth, one.plot.clientHeight];
    // theme and size may change at once: whoever draws first draws at the new size
    if (one.width !== one.chart.getWidth() || one.height !== one.chart.getHeight()) one.chart.resize();
    one.chart.setOption(option(figure), { notMerge: true });
  }

  function start(figure) {
    if (drawn.has(figure)) return;
    // htmx takes script elements out of what it brings: there the JSON comes in a template
    const source = figure.querySelector('script[type="application/json"], template');
    if (!source) return;
    const spec = JSON.parse((source.content || source).textContent);
    const plot = element("div", "chart-plot");
    const caption = figure.querySelector("figcaption");
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", (caption?.textContent || spec.yTitle || "").replace(/\s+/g, " ").trim());
    if (spec.kind === "bar-horizontal") plot.style.flex = `0 0 ${spec.x.length * 38 + 50}px`;
    figure.classList.add("chart-ready");
    drawn.set(figure, { spec, plot, hidden: new Set() });
    source.after(plot);
    if (spec.series.length > 1) plot.before(legend(figure));
    if (spec.yTitle) plot.before(element("p", "chart-unit", spec.yTitle));
    drawn.get(figure).chart = echarts.init(plot, null, { renderer: "svg" });
    draw(figure);
    sizes.observe(plot);
  }

  function stop(figure) {
    const { chart, plot } = drawn.get(figure);
    sizes.unobserve(plot);
    chart.dispose();
    drawn.delete(figure);
  }

  function scan() {
    for (const figure of [...drawn.keys()]) if (!figure.isConnected) stop(figure);
    for (const figure of document.querySelectorAll("figure.chart[data-chart]")) start(figure);
  }

  function recolour() {
    for (const figure of drawn.keys()) {
      if (figure.querySelector(".chart-legend")) legend(figure);
      draw(figure);
    }
  }

  for (const query of [calm, dark, plain]) query.addEventListener("change", recolour);
  new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.addEventListener("htmx:afterSettle", scan);
  document.addEventListener("htmx:load", scan);
  scan();
})();
