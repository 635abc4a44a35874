/** A command as the documentation has it, without the name of the program, and what a reader adds or does around it. */
export interface Stop {
  readonly command: string;
  /** What a reader who has been asked answers by, or waits with. */
  readonly also?: readonly string[];
  /** Exit code, where it is not 0. */
  readonly exits?: number;
  /** A node of `shop` that is removed before, with its container. */
  readonly lose?: string;
  /** Tried until it is taken, because what it is for is still under way. */
  readonly comesLater?: true;
  /** Afterwards, until nothing runs on `shop`. */
  readonly settles?: true;
}

const asked = ['--yes'];
const detached = ['--detach'];
/** Tests open no browser. */
const printed = ['--print'];

/** One way through all pages on which each command finds what it is written for. */
export const walk: readonly Stop[] = [
  { command: 'create shop' },
  { command: 'url shop' },
  { command: 'url shop --direct' },
  { command: 'url shop --network' },
  { command: 'connect shop -- -c select 1' },
  { command: 'plan shop --memory 2GiB --set work_mem=64MB' },
  { command: 'change shop --memory 2GiB --cpus 1' },
  { command: 'change shop --extension pg_trgm' },
  { command: 'plan shop --to ha --with-pooling' },
  { command: 'expand shop --to pooling' },
  { command: 'pooling shop --default-pool-size 50' },
  { command: 'pooling shop' },
  { command: 'rotate shop --password --dry-run' },
  { command: 'rotate shop --password', also: asked },
  { command: 'expand shop --to replicas --count 2' },
  { command: 'url shop --pooled-read-only' },
  { command: 'snapshots shop' },
  { command: 'snapshots shop --take --keep 7d' },
  { command: 'snapshots shop --verify snap-2c67a9cc' },
  { command: 'restore shop --snapshot snap-2c67a9cc --as shop-before' },
  { command: 'reinit shop postgres-3', also: asked },
  { command: 'replicas shop 3' },
  { command: 'change shop --set work_mem=64MB --set max_connections=300' },
  { command: 'change shop --reset work_mem --storage 50GiB' },
  { command: 'change shop --image newest' },
  { command: 'outdated' },
  { command: 'outdated shop' },
  { command: 'switchover shop --dry-run' },
  { command: 'switchover shop' },
  { command: 'switchover shop postgres-3 --wait' },
  { command: 'failover shop --dry-run' },
  { command: 'failover shop', also: asked },
  { command: 'expand shop --to ha --cutover on_signal', also: detached },
  { command: 'cutover shop', comesLater: true, settles: true },
  { command: 'rollback shop --dry-run' },
  { command: 'rollback shop', also: asked },
  { command: 'expand shop --to ha' },
  { command: 'plan shop --memory 4GiB --set log_min_duration_statement=500' },
  { command: 'status shop' },
  { command: 'operations shop' },
  { command: 'events shop' },
  { command: 'logs shop --since 10m' },
  { command: 'confirm shop' },
  { command: 'repair shop haproxy-2', lose: 'haproxy-2' },
  { command: 'repair shop', lose: 'etcd-1' },
  { command: 'doctor' },
  { command: 'doctor --remove' },
  { command: 'stop shop', also: asked },
  { command: 'start shop' },
  { command: 'plan shop --scale-down-to replicas' },
  { command: 'scale-down shop --to replicas --replicas 1', also: asked },
  { command: 'pooling shop --off --grace 1h', also: ['--yes', '--detach'] },
  { command: 'abort shop', comesLater: true, settles: true },
  { command: 'scale-down shop --to single --grace 10m --yes', also: detached },
  { command: 'confirm shop', comesLater: true, settles: true },
  { command: 'tokens create ci --role operator --expires 30d' },
  { command: 'tokens create look --role viewer' },
  { command: 'tokens create agent --role viewer' },
  { command: 'tokens' },
  { command: 'tokens rotate ID --grace 7d' },
  { command: 'tokens revoke ID' },
  { command: 'audit shop' },
  { command: 'audit --all --jsonl' },
  { command: 'list' },
  { command: 'web --print' },
  { command: 'web', also: printed },
  { command: 'web shop', also: printed },
  { command: 'web --role viewer', also: printed },
  { command: 'config add prod --api https://pgrow.example.org --token-file ~/.pgrow-prod.token' },
  { command: 'config use prod' },
  { command: 'config' },
  { command: 'config show' },
  { command: 'completion bash' },
  { command: 'completion zsh' },
  { command: 'completion fish' },
  {
    command:
      'notifications add ops --webhook https://hooks.example.com/pgrow --events failover,maintenance.needs_operator',
  },
  {
    command:
      'notifications add night --email ops@example.com,night@example.com --from pgrow@example.com --smtp smtp.example.com:587 --smtp-user pgrow --smtp-password-file smtp.password',
  },
  { command: 'destroy shop', exits: 2 },
  { command: 'destroy shop --confirm shop' },
  { command: 'create shop --tls require' },
  { command: 'ca shop' },
  { command: 'destroy shop --confirm shop' },
  { command: 'create shop --postgres-major 18 --memory 4GiB --cpus 2 --storage 50GiB' },
  { command: 'expand shop --to ha --with-pooling' },
  { command: 'destroy shop --confirm shop' },
  { command: 'create shop --postgres-major 17 --memory 4GiB --cpus 2' },
  { command: 'connect shop --direct -- --set ON_ERROR_STOP=1' },
  { command: 'expand shop --to pooling --checkpoint-timeout 24h' },
  { command: 'expand shop --to replicas --count 2 --checkpoint-timeout 24h' },
  { command: 'expand shop --to ha --checkpoint-timeout 24h' },
  { command: 'destroy shop --confirm shop' },
];

/** Commands that the walk leaves out, by their beginning, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  up: 'comes before the walk',
  demo: 'is a walk of its own: scenarios run its parts',
  test: 'runs this repository’s tests',
  images: 'builds images, which tests do before they need them',
  'list --context prod': 'leads to a host that does not exist',
  'notifications test ops': 'sends to a host that does not exist',
  'rotate shop --certificates': 'runs in test/scenarios/tls.test.ts',
  'tokens rotate --own': 'runs in test/integration/own-token.test.ts',
  'rotate --secret-key': 'runs in test/integration/secret-key.test.ts',
  'backup-control-plane': 'runs in test/scenarios/control-planes.test.ts and under Compose',
  'restore-control-plane': 'runs in test/scenarios/control-planes.test.ts and under Compose',
};
