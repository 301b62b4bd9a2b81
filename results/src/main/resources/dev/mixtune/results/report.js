'use strict';
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const host = document.getElementById('plot');
  const details = document.getElementById('details');
  const state = { x: 'size', y: 'drop', drops: 'near', cloud: true, selected: null, at: 0 };
  const SVG = 'http://www.w3.org/2000/svg';

  // Text only ever becomes text nodes and attributes, never markup.
  function draw(parent, name, attributes, text) {
    const node = document.createElementNS(SVG, name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    parent.appendChild(node);
    return node;
  }
  function put(parent, name, className, text) {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  function bytes(value) {
    if (value < 1000) return value + ' B';
    const units = ['kB', 'MB', 'GB'];
    let unit = -1;
    while (unit < 2 && value >= 999.5) { value /= 1000; unit++; }
    return Number(value.toPrecision(3)) + ' ' + units[unit];
  }
  // Half a hundredth goes up, as in the page's tables: toFixed would go by the binary value.
  function points(value) {
    const size = Math.abs(value);
    const text = size < 1e-4 ? '0.00' : Number(Math.round(Number(size + 'e2')) + 'e-2').toFixed(2);
    return (value < 0 && text !== '0.00' ? '\u2212' : '') + text;
  }
  const ratio = value => value.toFixed(value < 0.1 ? 3 : 2) + '\u00d7';
  const millis = value => Number(value.toPrecision(3)) + ' ms';
  const percent = value => (100 * value).toFixed(1) + ' %';
  const name = point => point.chosen ? 'chosen ' + point.id
    : point.uniform !== null ? 'uniform ' + point.uniform + ' bits' : point.id;

  // What a point can be placed by. The first of an evaluated plan's figures is its drop.
  const AXES = {
    drop: { label: 'drop of ' + data.metric + ' (points)', of: p => p.drop[0], cloud: e => e[0],
      float: 0, interval: p => [p.drop[1], p.drop[2]], tick: points },
    size: { label: 'file size (log scale)', of: p => p.sizeBytes, cloud: e => e[2],
      float: data.referenceBytes, log: true, tick: bytes },
    latency: { label: 'time relative to float (' + data.basis + ')', of: p => p.latencyRatio, cloud: e => e[1],
      float: 1, interval: p => [p.latencyRatio * (1 - p.latencyError), p.latencyRatio * (1 + p.latencyError)] },
    bits: { label: 'bits per weight, on average (log scale)', of: p => p.averageBits, float: 32, log: true,
      tick: v => String(Number(v.toPrecision(2))) }
  };

  function scale(low, high, from, to, logarithmic) {
    const f = logarithmic ? Math.log : x => x;
    const a = f(low), b = f(high);
    return value => from + (f(value) - a) / (b - a) * (to - from);
  }

  function linearTicks(low, high, most) {
    const raw = (high - low) / most;
    const power = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = [1, 2, 2.5, 5, 10].map(s => s * power).find(s => s >= raw);
    const ticks = [];
    for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push(i * step);
    return { ticks, decimals: Math.max(0, Math.min(4, Math.ceil(-Math.log10(step) + (/25/.test(step.toPrecision(2)) ? 1 : 0)))) };
  }

  function logTicks(low, high, most) {
    const patterns = [[1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];
    let ticks = [];
    for (const pattern of patterns) {
      ticks = [];
      for (let p = Math.floor(Math.log10(low)); Math.pow(10, p) <= high; p++) {
        for (const s of pattern) {
          const value = s * Math.pow(10, p);
          if (value >= low && value <= high) ticks.push(value);
        }
      }
      if (ticks.length <= most) break;
    }
    return ticks;
  }

  function ticksOf(axis, range, most) {
    if (axis.log) return logTicks(range[0], range[1], most).map(v => [v, axis.tick(v)]);
    const linear = linearTicks(range[0], range[1], most);
    return linear.ticks.map(v => [v, (Math.abs(v) < 1e-9 ? 0 : v).toFixed(linear.decimals).replace('-', '\u2212')
      + (axis === AXES.latency ? '\u00d7' : '')]);
  }

  const shown = axis => state.cloud && AXES[axis].cloud ? data.evaluated.map(AXES[axis].cloud) : [];

  function rangeOf(key) {
    const axis = AXES[key];
    if (key === 'drop' && state.drops === 'near') return data.window;
    const all = data.points.map(axis.of).concat(shown(key), [axis.float]);
    if (key === 'drop') for (const p of data.points) all.push(p.drop[1], p.drop[2]);
    const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b));
    if (axis.log) {
      const factor = Math.max(1.02, Math.pow(high / low, 0.08));
      return [low / factor, high * factor];
    }
    const margin = Math.max(0.06 * (high - low), 0.02 * Math.abs(high));
    return [key === 'drop' ? low - margin : Math.max(0, low - margin), high + margin];
  }

  function star(x, y, r) {
    let path = '';
    for (let i = 0; i < 10; i++) {
      const q = i % 2 ? 0.42 * r : r, a = Math.PI * i / 5 - Math.PI / 2;
      path += (i ? 'L' : 'M') + (x + q * Math.cos(a)).toFixed(1) + ' ' + (y + q * Math.sin(a)).toFixed(1);
    }
    return path + 'Z';
  }
  const diamond = (x, y, r) => `M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z`;
  const triangle = (x, y, r) => `M${x} ${y}L${x + r} ${y + 1.6 * r}L${x - r} ${y + 1.6 * r}Z`;
  const disc = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

  // The places around a point, nearest first; a label takes the first that covers nothing.
  function placeLabel(x, y, width, height, box, taken) {
    let best = null, least = Infinity;
    for (const d of [11, 20, 34, 52]) {
      for (let i = 0; i < 16; i++) {
        const a = 2 * Math.PI * i / 16 - Math.PI / 4;
        const cx = x + Math.cos(a) * (d + width / 2), cy = y + Math.sin(a) * (d + height / 2);
        const r = [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
        let price = d;
        if (r[0] < box[0] || r[1] < box[1] || r[2] > box[2] || r[3] > box[3]) price += 5000;
        for (const t of taken) if (r[0] < t[2] && r[2] > t[0] && r[1] < t[3] && r[3] > t[1]) price += t[4];
        if (price < least) { least = price; best = r; }
      }
    }
    return best;
  }

  // Axes, grid and ticks of any of the page's plots; returns the two scales.
  function frame(svg, box, xAxis, xs, yAxis, ys, height, spaceX) {
    const x = scale(xs[0], xs[1], box[0], box[2], xAxis.log);
    const y = scale(ys[0], ys[1], box[3], box[1], yAxis.log);
    for (const [v, text] of ticksOf(yAxis, ys, 8)) {
      draw(svg, 'line', { x1: box[0], x2: box[2], y1: y(v), y2: y(v), class: Math.abs(v) < 1e-9 ? 'zero' : 'grid' });
      draw(svg, 'text', { x: box[0] - 8, y: y(v) + 4, 'text-anchor': 'end' }, text);
    }
    for (const [v, text] of ticksOf(xAxis, xs, Math.max(3, Math.floor((box[2] - box[0]) / spaceX)))) {
      draw(svg, 'line', { x1: x(v), x2: x(v), y1: box[1], y2: box[3], class: Math.abs(v) < 1e-9 ? 'zero' : 'grid' });
      draw(svg, 'text', { x: x(v), y: box[3] + 18, 'text-anchor': 'middle' }, text);
    }
    draw(svg, 'text', { x: (box[0] + box[2]) / 2, y: height - 6, 'text-anchor': 'middle', class: 'axis' }, xAxis.label);
    draw(svg, 'text', { transform: `translate(13 ${(box[1] + box[3]) / 2}) rotate(-90)`, 'text-anchor': 'middle', class: 'axis' }, yAxis.label);
    return [x, y];
  }

  const rank = p => p.chosen ? 2 : p.uniform !== null ? 1 : 0;

  function render(focus) {
    host.replaceChildren();
    box = null;
    const width = Math.max(300, host.clientWidth || 1000);
    const height = Math.round(Math.max(340, Math.min(520, width * 0.52)));
    const area = [62, 12, width - 12, height - 46];
    const svg = draw(host, 'svg', { viewBox: `0 0 ${width} ${height}`, role: 'group',
      'aria-label': AXES[state.y].label + ' against ' + AXES[state.x].label + '; arrow keys go from point to point, Enter selects' });
    const ax = AXES[state.x], ay = AXES[state.y];
    const xs = rangeOf(state.x), ys = rangeOf(state.y);
    const [xRaw, yRaw] = frame(svg, area, ax, xs, ay, ys, height, 95);
    const x = v => Math.max(area[0], Math.min(area[2], xRaw(v)));
    const y = v => Math.max(area[1], Math.min(area[3], yRaw(v)));
    const above = v => v > ys[1];

    if (data.limit !== null && (state.x === 'drop' || state.y === 'drop')) {
      const across = state.y === 'drop';
      const at = across ? y(data.limit) : x(data.limit);
      draw(svg, 'line', across ? { x1: area[0], x2: area[2], y1: at, y2: at, class: 'limitline' }
        : { x1: at, x2: at, y1: area[1], y2: area[3], class: 'limitline' });
      draw(svg, 'text', across ? { x: area[2] - 4, y: at - 6, 'text-anchor': 'end', class: 'limit mark' }
        : { x: at - 5, y: area[1] + 14, 'text-anchor': 'end', class: 'limit mark' }, 'limit ' + points(data.limit));
    }
    if (state.cloud && ax.cloud && ay.cloud && data.evaluated.length) {
      let path = '';
      for (const e of data.evaluated) {
        const cx = +x(ax.cloud(e)).toFixed(1), cy = +y(ay.cloud(e)).toFixed(1);
        path += above(ay.cloud(e)) ? triangle(cx, cy, 2.5) : disc(cx, cy, 2.2);
      }
      draw(svg, 'path', { d: path, class: 'evaluated' });
    }

    let least = Infinity, step = '';
    for (const p of data.points.filter(p => p.frontier && !above(ay.of(p)))
      .sort((a, b) => ax.of(a) - ax.of(b) || ay.of(a) - ay.of(b))) {
      if (ay.of(p) >= least) continue;
      least = ay.of(p);
      step += step ? `H${x(ax.of(p)).toFixed(1)}V${y(ay.of(p)).toFixed(1)}` : `M${x(ax.of(p)).toFixed(1)} ${y(ay.of(p)).toFixed(1)}`;
    }
    if (step) draw(svg, 'path', { d: step, class: 'step' });
    for (const p of data.points) {
      if (above(ay.of(p))) continue;
      const px = x(ax.of(p)), py = y(ay.of(p));
      if (ay.interval) draw(svg, 'line', { x1: px, x2: px, y1: y(ay.interval(p)[0]), y2: y(ay.interval(p)[1]), class: 'bar' });
      if (ax.interval) draw(svg, 'line', { x1: x(ax.interval(p)[0]), x2: x(ax.interval(p)[1]), y1: py, y2: py, class: 'bar' });
    }

    const floatX = x(ax.float), floatY = y(ay.float);
    draw(svg, 'rect', { x: floatX - 5, y: floatY - 5, width: 10, height: 10, class: 'point float' });
    // In the order in which arrow keys go through them.
    const along = data.points.slice().sort((a, b) => ax.of(a) - ax.of(b) || ay.of(a) - ay.of(b) || (a.id < b.id ? -1 : 1));
    const taken = [[floatX - 7, floatY - 7, floatX + 7, floatY + 7, 1000]];
    const labels = [{ x: floatX, y: floatY, text: 'float', kind: 'float' }];
    const marks = new Map();
    const now = state.selected && along.includes(state.selected) ? state.selected : along[0];
    for (const p of data.points.slice().sort((a, b) => rank(a) - rank(b))) {
      const px = +x(ax.of(p)).toFixed(1), py = +y(ay.of(p)).toFixed(1);
      const kind = p.chosen ? 'chosen' : p.uniform !== null ? 'uniform' : 'frontier';
      const size = kind === 'chosen' ? 11 : kind === 'uniform' ? 7 : 5;
      const path = above(ay.of(p)) ? triangle(px, py, size - 1)
        : kind === 'chosen' ? star(px, py, size) : kind === 'uniform' ? diamond(px, py, size) : disc(px, py, size - 0.6);
      const mark = draw(svg, 'path', { d: path, class: 'point ' + kind + (p === state.selected ? ' selected' : ''),
        'data-id': p.id, tabindex: p === now ? 0 : -1, role: 'button', 'aria-label': describe(p).join(', ') });
      marks.set(p, mark);
      mark.addEventListener('mouseenter', () => tip(p, px, py, width));
      mark.addEventListener('mouseleave', hideTip);
      mark.addEventListener('focus', () => tip(p, px, py, width));
      mark.addEventListener('blur', hideTip);
      mark.addEventListener('click', () => select(p));
      mark.addEventListener('keydown', e => {
        const go = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
        if (go) {
          e.preventDefault();
          const next = marks.get(along[(along.indexOf(p) + go + along.length) % along.length]);
          mark.setAttribute('tabindex', -1);
          next.setAttribute('tabindex', 0);
          next.focus();
        } else if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); select(p, true); }
      });
      taken.push([px - size, py - size, px + size, py + size, kind === 'frontier' ? 12 : 1000]);
      if (kind !== 'frontier') {
        const far = above(ay.of(p)) ? ' \u2191 ' + (state.y === 'drop' ? points(p.drop[0]) : '') : '';
        labels.unshift({ x: px, y: py, kind, text: (p.chosen ? 'chosen' : p.uniform + ' bit') + far });
      }
    }
    for (const label of labels) {
      const node = draw(svg, 'text', { class: 'mark ' + label.kind }, label.text);
      const w = Math.max(node.getComputedTextLength(), 7 * label.text.length * 0.9);
      const r = placeLabel(label.x, label.y, w, 16, area, taken);
      node.setAttribute('x', r[0].toFixed(1));
      node.setAttribute('y', (r[3] - 4).toFixed(1));
      r.push(1000);
      taken.push(r);
    }
    if (focus && state.selected) marks.get(state.selected).focus();
  }

  function describe(p) {
    const lines = [name(p),
      'drop ' + points(p.drop[0]) + ' points [' + points(p.drop[1]) + ' to ' + points(p.drop[2]) + '] on search data'];
    if (p.holdout) lines.push('drop ' + points(p.holdout[0]) + ' points [' + points(p.holdout[1]) + ' to ' + points(p.holdout[2]) + '] on the holdout');
    lines.push(bytes(p.sizeBytes) + ' (' + ratio(p.sizeRatio) + ' of float)');
    lines.push(millis(p.latencyMs) + ' (' + ratio(p.latencyRatio) + ' of float), ' + p.basis);
    if (p.measured && p.predictedMs !== null) lines.push(millis(p.predictedMs) + ' predicted before it was measured');
    if (p.energy) lines.push(p.energy[0].toPrecision(3) + ' mJ (' + ratio(p.energy[1]) + ' of float), modelled');
    lines.push(p.averageBits.toFixed(2) + ' bits per weight');
    if (p.memory !== null) {
      lines.push(bytes(p.memory) + ' of memory at most'
        + (data.referenceMemory ? ' (' + ratio(p.memory / data.referenceMemory) + ' of float)' : ''));
    }
    return lines;
  }

  // The bits of each layer as coloured cells; digits where there is room for them.
  function strip(parent, p, cells) {
    const row = put(parent, 'div', 'strip');
    p.bits.forEach((bits, i) => {
      const cell = put(row, cells ? 'button' : 'span', 'b' + bits, cells || p.bits.length <= 64 ? String(bits) : '');
      if (!cells) return;
      const words = data.layers[i] + ': ' + bits + ' bits (' + p.schemes[i] + ')';
      cell.type = 'button';
      cell.title = words;
      cell.setAttribute('aria-label', words);
      for (const event of ['mouseenter', 'focus', 'click']) cell.addEventListener(event, () => { cells.textContent = words; });
    });
    return row;
  }

  let box = null;
  function hideTip() { if (box) { box.remove(); box = null; } }
  function tip(p, px, py, width) {
    hideTip();
    box = put(host, 'div', 'tip', describe(p).join('\n'));
    strip(box, p, null);
    const factor = host.clientWidth / width;
    const left = px * factor + 14;
    const room = host.clientWidth - box.offsetWidth;
    box.style.left = Math.max(0, left > room ? Math.min(room, px * factor - box.offsetWidth - 14) : left) + 'px';
    box.style.top = Math.max(0, py * factor - box.offsetHeight - 8) + 'px';
  }

  function show(p) {
    details.replaceChildren();
    if (!p) return;
    put(details, 'h3', '', name(p));
    put(details, 'p', '', describe(p).slice(1).join(' \u00b7 '));
    const words = document.createElement('p');
    words.className = 'note';
    words.textContent = 'Bits of each layer, from input to output. Choose a point of the plot to see its own.';
    strip(details, p, words);
    details.appendChild(words);
    if (!p.chosen) {
      const button = put(details, 'button', 'plain', 'back to the chosen plan');
      button.type = 'button';
      button.addEventListener('click', () => select(data.points.find(q => q.chosen) || null));
    }
  }
  function select(p, focus) {
    state.selected = p;
    hideTip();
    show(p);
    render(focus);
    bars();
  }

  // Damage per layer and width as bars; those of the selected plan are framed.
  function bars() {
    const place = document.getElementById('bars');
    if (!place) return;
    place.replaceChildren();
    if (!data.damages.length) return;
    const width = Math.max(300, place.clientWidth || 1000);
    const left = Math.min(230, width * 0.34), right = width - 16;
    const widths = [...new Set(data.damages.map(d => d[1]))].sort((a, b) => a - b);
    const bar = data.layers.length > 60 ? 4 : 6, row = widths.length * bar + 7;
    const height = 34 + row * data.layers.length;
    const positive = data.damages.map(d => d[2]).filter(v => v > 0);
    if (!positive.length) return;
    const low = 0.5 * positive.reduce((a, b) => Math.min(a, b)), high = 1.2 * positive.reduce((a, b) => Math.max(a, b));
    const x = scale(low, high, left, right, true);
    const svg = draw(place, 'svg', { viewBox: `0 0 ${width} ${height}`, role: 'img',
      'aria-label': 'Damage of each layer at each width; the table below has the figures' });
    for (let p = Math.ceil(Math.log10(low)); Math.pow(10, p) <= high; p++) {
      const at = x(Math.pow(10, p));
      draw(svg, 'line', { x1: at, x2: at, y1: 22, y2: height, class: 'grid' });
      const tick = draw(svg, 'text', { x: at, y: 14, 'text-anchor': 'middle' }, '10');
      const power = draw(tick, 'tspan', { dy: -4, 'font-size': '9px' }, String(p).replace('-', '\u2212'));
      power.setAttribute('class', 'power');
    }
    data.layers.forEach((layer, i) => {
      const top = 26 + i * row;
      const room = Math.max(6, Math.floor(left / 7.2));
      draw(svg, 'text', { x: left - 8, y: top + row / 2 + 1, 'text-anchor': 'end' },
        layer.length > room ? '\u2026' + layer.slice(layer.length - room + 1) : layer);
      for (const d of data.damages) {
        if (d[0] !== i) continue;
        const used = state.selected && state.selected.bits[i] === d[1];
        const node = draw(svg, 'rect', { x: left, y: top + widths.indexOf(d[1]) * bar, height: bar - 1,
          width: Math.max(1, x(Math.max(low, d[2])) - left).toFixed(1), class: 'w' + d[1] + (used ? ' used' : '') });
        draw(node, 'title', {}, layer + ' at ' + d[1] + ' bits: ' + Number(d[2].toPrecision(3)));
      }
    });
  }

  // Two figures against each other, small.
  function small(id, xAxis, xs, yAxis, ys, content) {
    const place = document.getElementById(id);
    if (!place) return;
    place.replaceChildren();
    const width = Math.max(300, place.clientWidth || 700), height = Math.round(Math.min(340, Math.max(240, width * 0.5)));
    const svg = draw(place, 'svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': yAxis.label + ' against ' + xAxis.label });
    const [x, y] = frame(svg, [62, 12, width - 14, height - 46], xAxis, xs, yAxis, ys, height, 80);
    content(svg, x, y);
  }

  function volume() {
    if (!data.history.length) return;
    const last = data.history[data.history.length - 1];
    const end = Math.max(1e-3, last[1]), top = Math.max(1e-6, data.history.reduce((a, h) => Math.max(a, h[2]), 0));
    small('volume', { label: 'seconds since the first evaluation' }, [0, end * 1.02],
      { label: 'hypervolume' }, [0, top * 1.08], (svg, x, y) => {
        let path = '';
        for (const h of data.history) path += (path ? `H${x(h[1]).toFixed(1)}V` : `M${x(h[1]).toFixed(1)} `) + y(h[2]).toFixed(1);
        draw(svg, 'path', { d: path, class: 'step' });
        draw(svg, 'text', { x: x(end) - 4, y: y(last[2]) + 18, 'text-anchor': 'end', class: 'axis' },
          last[0] + ' evaluations, ' + last[2].toFixed(4));
      });
  }

  function predicted() {
    const known = data.points.filter(p => p.predictedMs !== null && p.measured);
    if (!known.length) return;
    const all = known.flatMap(p => [p.predictedMs, p.latencyMs]);
    const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b));
    const margin = Math.max(0.08 * (high - low), 0.02 * high);
    const range = [Math.max(0, low - margin), high + margin];
    small('predicted', { label: 'measured (ms)' }, range, { label: 'predicted (ms)' }, range, (svg, x, y) => {
      draw(svg, 'line', { x1: x(range[0]), y1: y(range[0]), x2: x(range[1]), y2: y(range[1]), class: 'zero' });
      for (const p of known) {
        const px = +x(p.latencyMs).toFixed(1), py = +y(p.predictedMs).toFixed(1);
        const e = p.latencyMs * p.latencyError;
        draw(svg, 'line', { x1: x(Math.max(range[0], p.latencyMs - e)), x2: x(Math.min(range[1], p.latencyMs + e)), y1: py, y2: py, class: 'bar' });
        const kind = p.chosen ? 'chosen' : p.uniform !== null ? 'uniform' : 'frontier';
        const mark = draw(svg, 'path', { class: 'point ' + kind,
          d: p.chosen ? star(px, py, 9) : p.uniform !== null ? diamond(px, py, 6) : disc(px, py, 4) });
        draw(mark, 'title', {}, name(p) + ': measured ' + millis(p.latencyMs) + ', predicted ' + millis(p.predictedMs));
      }
    });
  }

  for (const input of document.querySelectorAll('#controls input[type=radio]')) {
    input.addEventListener('change', () => { state[input.name] = input.value; render(); });
  }
  for (const input of document.querySelectorAll('#controls select')) {
    input.addEventListener('change', () => { state[input.name] = input.value; render(); });
  }
  document.getElementById('cloud').addEventListener('change', e => { state.cloud = e.target.checked; render(); });
  document.getElementById('controls').hidden = false;
  document.getElementById('legend').hidden = false;
  const everything = () => { render(); bars(); volume(); predicted(); };
  let last = 0;
  new ResizeObserver(() => { if (host.clientWidth !== last) { last = host.clientWidth; everything(); } }).observe(host);
  const copy = document.getElementById('copy');
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener('click', () => navigator.clipboard.writeText(document.getElementById('command').textContent)
      .then(() => { copy.textContent = 'copied'; }, () => { copy.textContent = 'not allowed here'; }));
  }
  state.selected = data.points.find(p => p.chosen) || null;
  show(state.selected);
  everything();
})();
