/** A line plot as SVG: one line per model, axes with ticks, names at the ends of the lines. */
import { xmlText } from '../reporters/xml.ts';
import type { Sweep } from './break-even.ts';
import { numberText } from './table.ts';

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 120;
const TOP = 16;
const BOTTOM = 44;
const TICKS = 4;
/** Largest over smallest value from which on an axis is logarithmic. */
const WIDE = 32;
/** Distance between two names at the right. */
const LINE = 15;

/** Colours that tell seven lines apart on light and dark ground. */
const COLOURS = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#0891b2', '#64748b'];

export function plot(sweep: Sweep, unit: string): string {
  const points = sweep.lines.flatMap((line) => line.points);
  const scale = scaleOf(points.map(({ x }) => x));
  const top = niceCeiling(Math.max(1, ...points.map(({ y }) => y)));
  const px = (x: number) => LEFT + scale(x) * (WIDTH - LEFT - RIGHT);
  const py = (y: number) => HEIGHT - BOTTOM - (y / top) * (HEIGHT - TOP - BOTTOM);
  const ends = namePlaces(sweep, py);
  const lines = sweep.lines.map(({ model, points: own }, k) => {
    const colour = COLOURS[k % COLOURS.length];
    const path = own.map(({ x, y }) => `${round(px(x))},${round(py(y))}`).join(' ');
    const dots = own.map(
      ({ x, y }) =>
        `<circle cx="${round(px(x))}" cy="${round(py(y))}" r="3" fill="${colour}"><title>${xmlText(model)}: ${numberText(y)} at ${numberText(x)}</title></circle>`,
    );
    const name = `<text x="${WIDTH - RIGHT + 8}" y="${ends[k]}" fill="${colour}">${xmlText(model)}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${name}`;
  });
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${xmlText(`${unit} over ${sweep.axis}`)}">`,
    ...ticks(top).map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(py(y))}" y2="${round(py(y))}"/><text class="tick" x="${LEFT - 6}" y="${round(py(y)) + 4}" text-anchor="end">${numberText(y)}</text>`,
    ),
    ...[...new Set(points.map(({ x }) => x))].map(
      (x) =>
        `<text class="tick" x="${round(px(x))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${numberText(x)}</text>`,
    ),
    `<text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xmlText(sweep.axis)}</text>`,
    ...lines,
    '</svg>',
  ].join('\n');
}

/** From 0 to 1: by the logarithm where values span much, else from zero on. */
function scaleOf(values: readonly number[]): (x: number) => number {
  const least = Math.min(...values);
  const most = Math.max(1, ...values);
  if (least <= 0 || most / least < WIDE) return (x) => x / most;
  return (x) => Math.log(x / least) / Math.log(most / least);
}

/** Heights of the names: those of the last points, apart from each other. */
function namePlaces(sweep: Sweep, py: (y: number) => number): readonly number[] {
  const wanted = sweep.lines.map(({ points }, k) => ({ k, y: py(points.at(-1)?.y ?? 0) + 4 }));
  const places: number[] = [];
  let last = -Infinity;
  for (const { k, y } of wanted.toSorted((one, other) => one.y - other.y)) {
    last = Math.max(y, last + LINE);
    places[k] = round(last);
  }
  return places;
}

function ticks(top: number): readonly number[] {
  return Array.from({ length: TICKS + 1 }, (_, k) => (top / TICKS) * k);
}

/** 1, 2, 4 or 8 times a power of ten, not below the value. */
function niceCeiling(value: number): number {
  const scale = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8, 10].find((step) => step * scale >= value) ?? 10) * scale;
}

const round = (value: number): number => Math.round(value * 10) / 10;
