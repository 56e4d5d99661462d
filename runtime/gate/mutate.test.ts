/** Faults on several threads: in order whoever answers first, none twice, and a thread that dies is told. */
import { describe, expect, it } from 'vitest';
import type { PlantedFault } from './faults-run.ts';
import { faultThreads, type StartFaultThread, tryFaults } from './mutate.ts';

const fault = (name: string): PlantedFault => ({ name, says: name, breaks: [] });
const FAULTS = ['a', 'b', 'c', 'd', 'e'].map(fault);

/** Threads that answer after as many turns as `turns` says; a `null` dies instead. */
function threads(turns: Readonly<Record<string, number | null>>) {
  const sent: string[] = [];
  let running = 0;
  const start: StartFaultThread = (answer, ended) => {
    running++;
    let stopped = false;
    return {
      send: (given) => {
        sent.push(given.name);
        const left = turns[given.name] ?? 1;
        const turn = async () => {
          for (let k = 0; k < left; k++) await new Promise((resolve) => setImmediate(resolve));
          if (turns[given.name] === null) ended('the thread ended: why');
          else answer({ fault: given, caughtBy: null });
        };
        void turn();
      },
      stop: () => {
        if (!stopped) running--;
        stopped = true;
      },
    };
  };
  return { start, sent, running: () => running };
}

async function names(verdicts: AsyncIterable<{ readonly fault: PlantedFault }>): Promise<string[]> {
  const list: string[] = [];
  for await (const verdict of verdicts) list.push(verdict.fault.name);
  return list;
}

describe('faults on several threads', () => {
  it.each([1, 2, 3, 5])('are told in their order, by %s threads', async (count) => {
    const { start, sent, running } = threads({ a: 9, b: 1, c: 5, d: 2 });
    expect(await names(tryFaults(start, count, FAULTS))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect([...sent].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(running()).toBe(0);
  });

  it('end with the reason when a thread dies, and stop the others', async () => {
    const { start, running } = threads({ c: null });
    await expect(names(tryFaults(start, 2, FAULTS))).rejects.toThrow('the thread ended: why');
    expect(running()).toBe(0);
  });

  it('are worth a thread in eights, and leave one processor free unless asked otherwise', () => {
    expect(faultThreads(null, 200, 8)).toBe(7);
    expect(faultThreads(null, 200, 1)).toBe(1);
    expect(faultThreads(null, 10, 8)).toBe(2);
    expect(faultThreads(null, 1, 8)).toBe(1);
    expect(faultThreads(4, 200, 1)).toBe(4);
    expect(faultThreads(4, 2, 8)).toBe(2);
  });
});
