import { describe, expect, test } from 'vitest';

import { createEventReader, type EngineEvent } from './engine-event.ts';

const labels = { 'pgrow.database': 'shop' };
let clock = 1_763_700_000_000_000_000;
const event = (Type: string, Action: string, ID: string, Attributes: Record<string, string>): EngineEvent => ({
  Type,
  Action,
  Actor: { ID, Attributes },
  timeNano: (clock += 1e6),
});
const dies = (id = 'c1'): EngineEvent =>
  event('container', 'die', id, { ...labels, name: 'shop-1', image: 'i', exitCode: '137' });
const leaves = (id = 'c1'): EngineEvent =>
  event('network', 'disconnect', 'n1', { container: id, name: 'net', type: 'bridge' });
const newReader = () => createEventReader((candidate) => candidate['pgrow.database'] === 'shop');

describe('events of containers that are ours', () => {
  test('carry name and labels, without what the engine adds', () => {
    const died = dies();
    const at = Math.floor(died.timeNano / 1e6);
    expect(newReader().read(died)).toEqual({ container: 'shop-1', labels, action: 'die', at });
  });

  test('of a network are those of the container that left it, even one that never said a word', () => {
    const reader = newReader();
    expect(reader.read(leaves())).toBeNull();
    reader.know('c1', { name: 'shop-1', labels });
    expect(reader.read(leaves())).toMatchObject({
      container: 'shop-1',
      labels,
      action: 'disconnect',
    });
  });

  test('end with the container', () => {
    const reader = newReader();
    reader.read(dies());
    expect(reader.read(event('container', 'destroy', 'c1', { ...labels, name: 'shop-1' }))).toBeNull();
    expect(reader.read(leaves())).toBeNull();
  });

  test('are reported once, although the engine repeats them after a reconnect', () => {
    const reader = newReader();
    const died = dies();
    expect([reader.read(died), reader.read(died)]).toEqual([expect.anything(), null]);
  });

  test('of health say so whatever the health is; those of others are left out', () => {
    const reader = newReader();
    const health = event('container', 'health_status: unhealthy', 'c1', {
      ...labels,
      name: 'shop-1',
    });
    expect(reader.read(health)).toMatchObject({ action: 'health_status' });
    expect(reader.read(event('container', 'die', 'c2', { name: 'other' }))).toBeNull();
  });
});
