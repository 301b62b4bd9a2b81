'use strict';
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const host = document.getElementById('plot');
  const details = document.getElementById('details');
  const state = { across: 'size', drops: 'near', cloud: true, selected: null };
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
  const points = value => value.toFixed(2).replace(/^-0\.00$/, '0.00').replace('-', '\u2212');
  const ratio = value => value.toFixed(value < 0.1 ? 3 : 2) + '\u00d7';
  const cost = point => state.across === 'size' ? point.sizeBytes : point.latencyRatio;
  const name = point => point.chosen ? 'chosen ' + point.id
    : point.uniform !== null ? 'uniform ' + point.uniform + ' bits' : point.id;

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

  function sizeTicks(low, high, most) {
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

  function range() {
    const all = data.points.map(cost);
    all.push(state.across === 'size' ? data.referenceBytes : 1);
    if (state.cloud) for (const e of data.evaluated) all.push(state.across === 'size' ? e[2] : e[1]);
    const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b));
    if (state.across === 'size') {
      const factor = Math.max(1.02, Math.pow(high / low, 0.08));
      return [low / factor, high * factor];
    }
    const margin = Math.max(0.07 * (high - low), 0.02 * high);
    return [Math.max(0, low - margin), high + margin];
  }

  function drops() {
    if (state.drops === 'near') return data.window;
    let low = data.window[0], high = data.window[1];
    for (const p of data.points) { low = Math.min(low, p.drop[1]); high = Math.max(high, p.drop[2]); }
    if (state.cloud) for (const e of data.evaluated) high = Math.max(high, e[0]);
    return [low, high + 0.04 * (high - low)];
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

  function render() {
    host.replaceChildren();
    const width = Math.max(300, host.clientWidth || 1000);
    const height = Math.round(Math.max(340, Math.min(520, width * 0.52)));
    const box = [54, 12, width - 12, height - 46];
    const svg = draw(host, 'svg', { viewBox: `0 0 ${width} ${height}`, role: 'img',
      'aria-label': 'Drop of accuracy against ' + state.across });
    const bySize = state.across === 'size';
    const xs = range(), ys = drops();
    const x = scale(xs[0], xs[1], box[0], box[2], bySize);
    const yRaw = scale(ys[0], ys[1], box[3], box[1], false);
    const y = value => Math.max(box[1], Math.min(box[3], yRaw(value)));
    const above = value => value > ys[1];

    const vertical = linearTicks(ys[0], ys[1], 8);
    for (const t of vertical.ticks) {
      draw(svg, 'line', { x1: box[0], x2: box[2], y1: y(t), y2: y(t), class: Math.abs(t) < 1e-9 ? 'zero' : 'grid' });
      draw(svg, 'text', { x: box[0] - 8, y: y(t) + 4, 'text-anchor': 'end' },
        (Math.abs(t) < 1e-9 ? 0 : t).toFixed(vertical.decimals).replace('-', '\u2212'));
    }
    const most = Math.max(3, Math.floor(width / 105));
    const horizontal = bySize ? { ticks: sizeTicks(xs[0], xs[1], most) } : linearTicks(xs[0], xs[1], most);
    for (const t of horizontal.ticks) {
      draw(svg, 'line', { x1: x(t), x2: x(t), y1: box[1], y2: box[3], class: 'grid' });
      draw(svg, 'text', { x: x(t), y: box[3] + 18, 'text-anchor': 'middle' },
        bySize ? bytes(t) : t.toFixed(horizontal.decimals) + '\u00d7');
    }
    draw(svg, 'text', { x: (box[0] + box[2]) / 2, y: height - 6, 'text-anchor': 'middle', class: 'axis' },
      bySize ? 'file size (log scale)' : 'time relative to float (' + data.basis + ')');
    draw(svg, 'text', { transform: `translate(13 ${(box[1] + box[3]) / 2}) rotate(-90)`, 'text-anchor': 'middle', class: 'axis' },
      'drop of ' + data.metric + ' (points)');

    if (data.limit !== null) {
      draw(svg, 'line', { x1: box[0], x2: box[2], y1: y(data.limit), y2: y(data.limit), class: 'limitline' });
      draw(svg, 'text', { x: box[2] - 4, y: y(data.limit) - 6, 'text-anchor': 'end', class: 'limit mark' },
        'limit ' + points(data.limit));
    }
    if (state.cloud && data.evaluated.length) {
      let path = '';
      for (const e of data.evaluated) {
        const cx = +x(bySize ? e[2] : e[1]).toFixed(1), cy = +y(e[0]).toFixed(1);
        path += above(e[0]) ? triangle(cx, cy, 2.5) : disc(cx, cy, 2.2);
      }
      draw(svg, 'path', { d: path, class: 'evaluated' });
    }

    let least = Infinity, step = '';
    for (const p of data.points.filter(p => p.frontier && !above(p.drop[0]))
      .sort((a, b) => cost(a) - cost(b) || a.drop[0] - b.drop[0])) {
      if (p.drop[0] >= least) continue;
      least = p.drop[0];
      step += step ? `H${x(cost(p)).toFixed(1)}V${y(p.drop[0]).toFixed(1)}` : `M${x(cost(p)).toFixed(1)} ${y(p.drop[0]).toFixed(1)}`;
    }
    if (step) draw(svg, 'path', { d: step, class: 'step' });
    for (const p of data.points) {
      if (above(p.drop[0])) continue;
      const px = x(cost(p));
      draw(svg, 'line', { x1: px, x2: px, y1: y(p.drop[1]), y2: y(p.drop[2]), class: 'bar' });
    }

    const floatX = x(bySize ? data.referenceBytes : 1), floatY = y(0);
    draw(svg, 'rect', { x: floatX - 5, y: floatY - 5, width: 10, height: 10, class: 'point float' });
    const order = data.points.slice().sort((a, b) => rank(a) - rank(b));
    const taken = [[floatX - 7, floatY - 7, floatX + 7, floatY + 7, 1000]];
    if (data.limit !== null) taken.push([box[2] - 76, y(data.limit) - 20, box[2], y(data.limit), 1000]);
    const labels = [{ x: floatX, y: floatY, text: 'float', kind: 'float' }];
    for (const p of order) {
      const px = +x(cost(p)).toFixed(1), py = +y(p.drop[0]).toFixed(1);
      const kind = p.chosen ? 'chosen' : p.uniform !== null ? 'uniform' : 'frontier';
      const size = kind === 'chosen' ? 11 : kind === 'uniform' ? 7 : 5;
      const path = above(p.drop[0]) ? triangle(px, py, size - 1)
        : kind === 'chosen' ? star(px, py, size) : kind === 'uniform' ? diamond(px, py, size) : disc(px, py, size - 0.6);
      const mark = draw(svg, 'path', { d: path, class: 'point ' + kind + (p === state.selected ? ' selected' : ''),
        tabindex: 0, role: 'button', 'aria-label': describe(p).join(', ') });
      mark.addEventListener('mouseenter', () => tip(p, px, py, width));
      mark.addEventListener('mouseleave', hideTip);
      mark.addEventListener('focus', () => tip(p, px, py, width));
      mark.addEventListener('blur', hideTip);
      mark.addEventListener('click', () => select(p));
      mark.addEventListener('keydown', e => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); select(p); } });
      taken.push([px - size, py - size, px + size, py + size, kind === 'frontier' ? 12 : 1000]);
      if (kind !== 'frontier') {
        const far = above(p.drop[0]) ? ' \u2191 ' + points(p.drop[0]) : '';
        labels.unshift({ x: px, y: py, kind, text: (p.chosen ? 'chosen' : p.uniform + ' bit') + far });
      }
    }
    for (const label of labels) {
      const node = draw(svg, 'text', { class: 'mark ' + label.kind }, label.text);
      const w = Math.max(node.getComputedTextLength(), 7 * label.text.length * 0.9);
      const r = placeLabel(label.x, label.y, w, 16, box, taken);
      node.setAttribute('x', r[0].toFixed(1));
      node.setAttribute('y', (r[3] - 4).toFixed(1));
      r.push(1000);
      taken.push(r);
    }
  }
  const rank = p => p.chosen ? 2 : p.uniform !== null ? 1 : 0;

  function describe(p) {
    const lines = [name(p),
      'drop ' + points(p.drop[0]) + ' points [' + points(p.drop[1]) + ' to ' + points(p.drop[2]) + '] on search data'];
    if (p.holdout) lines.push('drop ' + points(p.holdout[0]) + ' points [' + points(p.holdout[1]) + ' to ' + points(p.holdout[2]) + '] on the holdout');
    lines.push(bytes(p.sizeBytes) + ' (' + ratio(p.sizeRatio) + ' of float)');
    lines.push(Number(p.latencyMs.toPrecision(3)) + ' ms (' + ratio(p.latencyRatio) + ' of float), ' + data.basis);
    lines.push(p.averageBits.toFixed(2) + ' bits per weight');
    return lines;
  }

  let box = null;
  function hideTip() { if (box) { box.remove(); box = null; } }
  function tip(p, px, py, width) {
    hideTip();
    box = put(host, 'div', 'tip', describe(p).join('\n'));
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
    const strip = put(details, 'div', 'strip');
    p.bits.forEach((bits, i) => {
      const cell = put(strip, 'span', 'b' + bits, String(bits));
      cell.title = data.layers[i] + ': ' + bits + ' bits';
    });
    put(details, 'p', 'note', 'Bits of each layer, from input to output. Choose a point of the plot to see its own.').style.marginTop = '8px';
  }
  function select(p) {
    state.selected = p;
    hideTip();
    show(p);
    render();
  }

  for (const input of document.querySelectorAll('#controls input[type=radio]')) {
    input.addEventListener('change', () => { state[input.name] = input.value; render(); });
  }
  document.getElementById('cloud').addEventListener('change', e => { state.cloud = e.target.checked; render(); });
  document.getElementById('controls').hidden = false;
  document.getElementById('legend').hidden = false;
  let last = 0;
  new ResizeObserver(() => { if (host.clientWidth !== last) { last = host.clientWidth; render(); } }).observe(host);
  state.selected = data.points.find(p => p.chosen) || null;
  show(state.selected);
  render();
})();
