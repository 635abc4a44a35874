import { expect, test } from 'vitest';
import { parseRoutes } from './routes.ts';

const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const line = (iface: string, destination: string, mask: string) =>
  `${iface}\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0`;

test('routes of the host are read as subnets, without the default route', () => {
  const table = [
    header,
    line('eth0', '00000000', '00000000'),
    line('docker0', '000011AC', '0000FFFF'),
    line('tun0', '0000300A', '0000F0FF'),
    line('eth0', '07013E0A', 'FFFFFFFF'),
    '',
  ].join('\n');
  expect(parseRoutes(table)).toEqual(['172.17.0.0/16', '10.48.0.0/12', '10.62.1.7/32']);
});

test('a host that shows none has none', () => {
  expect(parseRoutes('')).toEqual([]);
});
