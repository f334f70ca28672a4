// The map: selects, hides and moves about. It draws nothing and computes no number; the server did.
const canvas = document.querySelector('.canvas');
const panel = document.getElementById('panel');

if (canvas && panel) {
  for (const svg of canvas.querySelectorAll('svg.map')) attend(svg);
  slide();
}

/** The map that is seen now: the wide one, or the tall one on a phone. */
function seen() {
  return [...canvas.querySelectorAll('svg.map')].find((svg) => svg.getClientRects().length > 0);
}

// ---------------------------------------------------------------- what is under the pointer

function thing(target) {
  return target.closest?.('a.edge, a.node') ?? null;
}

function touches(edge, node) {
  return edge.dataset.source === node.dataset.node || edge.dataset.target === node.dataset.node;
}

/** Leave an item and its neighbourhood in full colour; dim the rest. */
function light(svg, item) {
  if (svg.classList.contains('following')) return;
  svg.classList.toggle('dim', item !== null);
  const isNode = item?.classList.contains('node');
  const ends = new Set();
  for (const edge of svg.querySelectorAll('a.edge')) {
    const on = item !== null && (isNode ? touches(edge, item) : edge === item);
    edge.classList.toggle('on', on);
    numberOf(svg, edge)?.classList.toggle('on', on);
    if (on && !hidden(edge)) ends.add(edge.dataset.source).add(edge.dataset.target);
  }
  for (const node of svg.querySelectorAll('a.node')) {
    node.classList.toggle('on', node === item || ends.has(node.dataset.node));
  }
}

function numberOf(svg, edge) {
  return svg.querySelector(`.number[data-rank="${edge.dataset.rank}"]`);
}

function hidden(edge) {
  return edge.classList.contains('beyond');
}

// ---------------------------------------------------------------- choosing

async function choose(href, push = true) {
  panel.classList.add('loading');
  try {
    const answer = await fetch(href, { headers: { 'X-Fragment': 'panel' } });
    if (!answer.ok) return location.assign(href);
    panel.innerHTML = await answer.text();
    if (push) history.pushState({}, '', href);
    mark();
  } catch {
    location.assign(href);
  } finally {
    panel.classList.remove('loading');
  }
}

/** Mark on both maps what the address says is chosen. */
function mark() {
  const query = new URLSearchParams(location.search);
  for (const svg of canvas.querySelectorAll('svg.map')) {
    let chosen = null;
    for (const item of svg.querySelectorAll('a.edge, a.node')) {
      const { node, source, target } = item.dataset;
      const is = node === undefined
        ? query.get('source') === source && query.get('target') === target
        : query.get('node') === node;
      item.classList.toggle('chosen', is);
      if (is) chosen = item;
    }
    svg.chosen = chosen;
    light(svg, chosen);
  }
}

function overview() {
  const query = new URLSearchParams(location.search);
  for (const name of ['node', 'source', 'target', 'follow']) query.delete(name);
  return `${location.pathname}?${query}`;
}

function plainClick(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

panel?.addEventListener('click', (event) => {
  const link = event.target.closest('a.path, a.back');
  // A followed person is drawn on the map itself, so leaving them needs the whole page.
  if (!link || !plainClick(event) || seen()?.classList.contains('following')) return;
  event.preventDefault();
  choose(link.href).then(() => panel.querySelector('a')?.focus({ preventScroll: true }));
});

addEventListener('popstate', () => choose(location.href, false));

// ---------------------------------------------------------------- one map

function attend(svg) {
  const whole = svg.viewBox.baseVal;
  svg.whole = [whole.x, whole.y, whole.width, whole.height];
  let drag = null;
  let moved = false;

  svg.addEventListener('pointerover', (event) => drag || light(svg, thing(event.target) ?? svg.chosen ?? null));
  svg.addEventListener('pointerleave', () => light(svg, svg.chosen ?? null));
  svg.addEventListener('focusin', (event) => light(svg, thing(event.target)));
  svg.addEventListener('focusout', () => light(svg, svg.chosen ?? null));
  svg.addEventListener('keydown', (event) => walk(svg, event));
  svg.addEventListener('dragstart', (event) => event.preventDefault());

  svg.addEventListener('click', (event) => {
    const item = thing(event.target);
    if (moved || (item && !plainClick(event))) {
      if (moved) event.preventDefault();
      return;
    }
    if (svg.classList.contains('following')) return;
    if (item) event.preventDefault();
    if (item && item !== svg.chosen) choose(item.getAttribute('href'));
    else if (svg.chosen) choose(overview());
  });

  svg.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    zoom(svg, Math.exp(event.deltaY * 0.0025), at);
  }, { passive: false });
  svg.addEventListener('pointerdown', (event) => {
    moved = false;
    const box = svg.viewBox.baseVal;
    if (!thing(event.target)) drag = { x: event.clientX, y: event.clientY, left: box.x, top: box.y };
  });
  svg.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const box = svg.viewBox.baseVal;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (Math.hypot(dx, dy) < 4 || box.width >= svg.whole[2]) return;
    moved = true;
    const scale = box.width / svg.clientWidth;
    look(svg, [drag.left - dx * scale, drag.top - dy * scale, box.width, box.height]);
  });
  addEventListener('pointerup', () => { drag = null; });
}

function look(svg, box) {
  svg.setAttribute('viewBox', box.map((value) => value.toFixed(1)).join(' '));
}

function zoom(svg, factor, at) {
  const { x, y, width, height } = svg.viewBox.baseVal;
  const wide = Math.min(svg.whole[2], Math.max(svg.whole[2] / 6, width * factor));
  const k = wide / width;
  const [cx, cy] = [at?.x ?? x + width / 2, at?.y ?? y + height / 2];
  if (wide >= svg.whole[2]) look(svg, svg.whole);
  else look(svg, [cx - (cx - x) * k, cy - (cy - y) * k, wide, height * k]);
}

canvas?.querySelector('.zoom').addEventListener('click', (event) => {
  const how = event.target.closest('button')?.dataset.zoom;
  if (how === 'all') look(seen(), seen().whole);
  else if (how) zoom(seen(), how === 'in' ? 0.75 : 1.34);
});

// ---------------------------------------------------------------- the keyboard

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function place(node) {
  const { e, f } = node.transform.baseVal.consolidate().matrix;
  return [e, f];
}

function walk(svg, event) {
  const item = thing(event.target);
  if (!item || event.metaKey || event.ctrlKey || event.altKey) return;
  const nodes = [...svg.querySelectorAll('a.node')];
  const isNode = item.classList.contains('node');
  if (isNode) svg.anchor = item;
  const at = isNode ? item
    : svg.anchor && touches(item, svg.anchor) ? svg.anchor
      : nodes.find((node) => node.dataset.node === item.dataset.source);
  let next = null;
  if (event.key in ARROWS) next = nearest(nodes, at, ARROWS[event.key]);
  else if (/^[np]$/i.test(event.key)) next = along(svg, at, isNode ? null : item, event.key.toLowerCase() === 'n' ? 1 : -1);
  else if (event.key === 'Home') next = outermost(svg, nodes, -1);
  else if (event.key === 'End') next = svg.querySelector('a.node.goal') ?? outermost(svg, nodes, 1);
  else if (event.key === ' ') { event.preventDefault(); choose(item.getAttribute('href')); return; }
  else if (event.key === 'Escape') { if (svg.chosen) choose(overview()); if (!isNode) at.focus(); return; }
  else return;
  event.preventDefault();
  if (!next) return;
  for (const stop of svg.querySelectorAll('a[tabindex="0"]')) stop.setAttribute('tabindex', '-1');
  next.setAttribute('tabindex', '0');
  next.focus();
}

function nearest(nodes, from, [right, down]) {
  const [x, y] = place(from);
  let best = Infinity;
  let found = null;
  for (const node of nodes) {
    const [nx, ny] = place(node);
    const ahead = (nx - x) * right + (ny - y) * down;
    const aside = Math.abs((nx - x) * down) + Math.abs((ny - y) * right);
    if (node !== from && ahead > 4 && aside < ahead * 2.2 && ahead + aside * 1.6 < best) {
      best = ahead + aside * 1.6;
      found = node;
    }
  }
  return found;
}

/** The next of a node's shown paths: first those out, then those in; strongest first. */
function along(svg, node, edge, step) {
  const shown = [...svg.querySelectorAll('a.edge')].filter((e) => !hidden(e));
  shown.sort((a, b) => a.dataset.rank - b.dataset.rank);
  const id = node.dataset.node;
  const mine = shown.filter((e) => e.dataset.source === id)
    .concat(shown.filter((e) => e.dataset.target === id && e.dataset.source !== id));
  if (!mine.length) return null;
  const now = edge ? mine.indexOf(edge) : step > 0 ? -1 : 0;
  return mine[(now + step + mine.length) % mine.length];
}

function outermost(svg, nodes, side) {
  const axis = svg.classList.contains('tall') ? 1 : 0;
  return nodes.reduce((a, b) => ((place(b)[axis] - place(a)[axis]) * side > 0 ? b : a));
}

// ---------------------------------------------------------------- the slider

function slide() {
  const detail = document.getElementById('detail');
  const said = document.getElementById('detail-said');
  const { total, steps, language } = detail.dataset;
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  detail.addEventListener('input', () => {
    let shown = 0;
    let covered = 0;
    for (const svg of canvas.querySelectorAll('svg.map')) {
      shown = 0;
      covered = 0;
      for (const edge of svg.querySelectorAll('a.edge')) {
        const on = Number(edge.dataset.rank) < Number(detail.value) || 'kept' in edge.dataset;
        edge.classList.toggle('beyond', !on);
        numberOf(svg, edge)?.classList.toggle('beyond', !on);
        if (on) { shown += 1; covered += Number(edge.dataset.steps); }
      }
    }
    said.textContent = detail.dataset.said
      .replace('{shown}', number.format(shown))
      .replace('{total}', number.format(total))
      .replace('{share}', percent.format(covered / steps));
  });
}

if (canvas && panel) mark();
