/** A command as one would type it, and what it is for. */
export type Example = readonly [command: string, meaning: string];

/** What the help of each verb shows, and that of the whole command line under no name. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  '': [
    ['./pgrow up', 'start the control plane'],
    ['./pgrow create shop', 'a database: one PostgreSQL'],
    ['./pgrow plan shop --to ha', 'what high availability would take, cost and stall'],
    ['./pgrow expand shop --to ha', 'go there'],
    ['./pgrow status shop --watch', 'look on'],
    ['./pgrow url shop', 'the address for applications; it stays the same'],
  ],
  up: [
    ['./pgrow up', 'start the control plane, or what of it is not running'],
    ['./pgrow up --json', 'the same, for a script that needs the addresses'],
  ],
  down: [['./pgrow down', 'stop the control plane; databases keep running']],
  demo: [
    ['./pgrow demo', 'grow a database to high availability while 8 clients write'],
    ['./pgrow demo --clients 32', 'the same with more clients'],
  ],
  images: [
    ['./pgrow images', 'build what is missing before the first database needs it'],
    ['./pgrow images --postgres-major 15 18', 'also for these majors'],
    ['./pgrow images --compose', 'everything that docker-compose.yml runs'],
  ],
  prepare: [['./pgrow prepare', 'once, before "serve" runs the programs']],
  serve: [
    ['./pgrow serve worker --ready-file /run/pgrow/ready', 'the worker, for a service manager'],
    ['./pgrow serve api', 'the API'],
  ],
  test: [['./pgrow test', 'every check and every test']],
  create: [
    ['./pgrow create shop', 'PostgreSQL 17 with 1 GiB of memory'],
    ['./pgrow create shop --postgres-major 18 --memory 4GiB --cpus 2', 'another major and size'],
    ['./pgrow create shop --locale de_DE.UTF-8', 'text sorted as in German'],
    ['./pgrow create shop --tls require', 'every line is encrypted; without it clients are refused'],
  ],
  web: [
    ['./pgrow web', 'open the console in a browser, signed in'],
    ['./pgrow web shop', 'the page of this database'],
    ['./pgrow web --role viewer --print', 'a link for a browser that only looks; good once, for a minute'],
  ],
  list: [
    ['./pgrow list', 'all databases with stage and health'],
    ['./pgrow list --json', 'the same as a document'],
    ['./pgrow list --output yaml', 'the same as YAML; every verb takes it that takes --json'],
    ['./pgrow list --context prod', 'those of another control plane, see "config"'],
  ],
  status: [
    ['./pgrow status shop', 'its nodes, endpoints and operation, looked at now'],
    ['./pgrow status shop --watch', 'the same, refreshed every second'],
    ['./pgrow status', 'the control plane and all databases'],
  ],
  plan: [
    ['./pgrow plan shop --to ha --with-pooling', 'what the jump to ha would do'],
    ['./pgrow plan shop --to replicas --count 2', 'what two replicas would take and cost'],
    ['./pgrow plan shop --scale-down-to single', 'what the way down would remove'],
    ['./pgrow plan shop --memory 4GiB --set work_mem=64MB', 'what of that takes effect live, and what by hand-over'],
  ],
  expand: [
    ['./pgrow expand shop --to pooling', 'put PgBouncer in front'],
    ['./pgrow expand shop --to replicas --count 2', 'add two replicas and HAProxy'],
    ['./pgrow expand shop --to ha --with-pooling', 'from any stage to high availability'],
    ['./pgrow expand shop --to ha --cutover on_signal', 'prepare all, and cut over when "cutover shop" says so'],
  ],
  'scale-down': [
    ['./pgrow scale-down shop --to replicas', 'from ha to one primary with one replica'],
    ['./pgrow scale-down shop --to single --grace 10m --yes', 'back to one PostgreSQL, without asking'],
    ['./pgrow scale-down shop --to pooling --dry-run', 'only the plan'],
  ],
  pooling: [
    ['./pgrow pooling shop', 'turn it on'],
    ['./pgrow pooling shop --default-pool-size 40', 'change an option; no client is dropped'],
    ['./pgrow pooling shop --off --grace 1h', 'turn it off in an hour'],
  ],
  replicas: [
    ['./pgrow replicas shop 3', 'three replicas, whatever there are now'],
    ['./pgrow replicas shop 0 --dry-run', 'what removing them all would do'],
  ],
  switchover: [
    ['./pgrow switchover shop', 'to the replica that is least behind'],
    ['./pgrow switchover shop postgres-3 --wait', 'to this one, once no transaction fails by it'],
  ],
  failover: [
    ['./pgrow failover shop --dry-run', 'what would be lost, and who would take over'],
    ['./pgrow failover shop postgres-2', 'let this replica take over'],
  ],
  stop: [
    ['./pgrow stop shop', 'shows what it means, and asks'],
    ['./pgrow stop shop --yes', 'without asking'],
  ],
  start: [['./pgrow start shop', 'every node again, the primary first']],
  reinit: [['./pgrow reinit shop postgres-3', 'copy the whole replica again']],
  change: [
    ['./pgrow change shop --memory 4GiB --cpus 2', 'another size'],
    ['./pgrow change shop --set work_mem=64MB --set max_connections=300', 'settings, on all its servers'],
    ['./pgrow change shop --reset work_mem --storage none', 'back to what pgrow chooses; no limit for its data'],
    ['./pgrow change shop --extension vector --dry-run', 'what an extension would take'],
    ['./pgrow change shop --image newest', 'the image that this pgrow makes servers from'],
  ],
  repair: [
    ['./pgrow repair shop', 'everything that is missing'],
    ['./pgrow repair shop haproxy-2', 'this node only'],
  ],
  protect: [
    ['./pgrow protect shop', 'refuse to destroy it'],
    ['./pgrow protect shop --off', 'let it be destroyed'],
  ],
  release: [
    ['./pgrow release shop', 'shows how the record differs, and asks'],
    ['./pgrow release shop --dry-run', 'what that would mean'],
  ],
  rollback: [
    ['./pgrow rollback shop', 'undo the last operation, and keep every write'],
    ['./pgrow rollback shop --dry-run', 'what that would do'],
  ],
  cutover: [['./pgrow cutover shop', 'now, or as soon as it is ready']],
  abort: [
    ['./pgrow abort shop', 'undo everything that the running operation did'],
    ['./pgrow abort shop --dry-run', 'what that would undo'],
  ],
  confirm: [
    ['./pgrow confirm shop', 'keep the new stage; there is no rollback after it'],
    ['./pgrow confirm shop --dry-run', 'what that would remove'],
    ['./pgrow confirm shop --detach', 'end a grace period, and do not wait'],
  ],
  operations: [['./pgrow operations shop', 'what was done, by whom, how long it took']],
  snapshots: [
    ['./pgrow snapshots shop', 'all of them, newest first'],
    ['./pgrow snapshots shop --take --keep 7d', 'take one now, and keep it for a week'],
    ['./pgrow snapshots shop --verify snap_1a2b3c4d', 'read one through and check it'],
  ],
  restore: [['./pgrow restore shop --snapshot snap_1a2b3c4d --as shop-before', 'into a new database']],
  url: [
    ['./pgrow url shop', 'the best endpoint that takes writes'],
    ['./pgrow url shop --read-only --from network', 'for readers in containers that have joined its network'],
    ['./pgrow url shop --network', 'the network to join: docker network connect NETWORK CONTAINER'],
  ],
  connect: [
    ['./pgrow connect shop', 'psql as the application user'],
    [`./pgrow connect shop --direct -- -c 'select version()'`, 'past PgBouncer, with arguments for psql'],
  ],
  ca: [
    ['./pgrow ca shop > ca.pem', 'for sslrootcert=ca.pem of a client'],
    ['./pgrow ca shop --json', 'also when it expires'],
  ],
  password: [
    ['./pgrow password shop', 'asks for it'],
    ['./pgrow password shop --file new-password', 'from the first line of a file'],
  ],
  events: [['./pgrow events shop', 'stages, failovers and rollbacks over time']],
  logs: [
    ['./pgrow logs shop --follow', 'all nodes, as the lines come'],
    ['./pgrow logs shop postgres-1 --since 10m', 'one node, the last ten minutes'],
  ],
  extensions: [
    ['./pgrow extensions shop', 'those it has, and those that can be added'],
    ['./pgrow extensions shop --all', 'also those that pgrow does not create, and why'],
  ],
  outdated: [
    ['./pgrow outdated', 'of all databases, each with the command that brings it up to date'],
    ['./pgrow outdated shop', 'of one'],
  ],
  cost: [['./pgrow cost shop', 'estimated, by kind of node']],
  config: [['./pgrow config', 'the same as "config list"']],
  'config list': [['./pgrow config list', 'all of them; * is the one in use']],
  'config add': [
    ['./pgrow config add prod --api https://pgrow.example.org --token-file ~/.pgrow-prod.token', 'another machine'],
    ['./pgrow config add team-a --api http://127.0.0.1:21088 --project team-a', 'another project on this one'],
  ],
  'config use': [
    ['./pgrow config use prod', 'from now on'],
    ['./pgrow config use local', 'back to the home on this machine'],
  ],
  'config remove': [['./pgrow config remove prod', 'the file of its token stays']],
  'config show': [['./pgrow config show', 'where the next command goes, and why there']],
  completion: [
    ['./pgrow completion bash > /etc/bash_completion.d/pgrow', 'for all users of bash'],
    ['./pgrow completion zsh > ~/.zfunc/_pgrow', 'zsh, in a directory of fpath'],
    ['./pgrow completion fish > ~/.config/fish/completions/pgrow.fish', 'fish'],
  ],
  mcp: [
    ['./pgrow mcp', 'what a client starts: its configuration names this command'],
    ['./pgrow mcp --context prod', 'the tools for another control plane'],
  ],
  tokens: [['./pgrow tokens', 'the same as "tokens list"']],
  'tokens list': [['./pgrow tokens list', 'all of them, with role, expiry and last use']],
  'tokens create': [
    ['./pgrow tokens create grafana --role viewer', 'may look, for 90 days'],
    ['./pgrow tokens create deploy --role operator --expires 12h', 'may change, for half a day'],
  ],
  'tokens rotate': [
    ['./pgrow tokens rotate 6f1c2d3e-0000-4000-8000-000000000001', 'the old one is valid for another day'],
    ['./pgrow tokens rotate 6f1c2d3e-0000-4000-8000-000000000001 --grace 7d', 'for a week'],
    ['./pgrow tokens rotate --own --grace 1h', 'that of the command line, on the host of the home'],
  ],
  'tokens revoke': [['./pgrow tokens revoke 6f1c2d3e-0000-4000-8000-000000000001', 'by its ID in "tokens list"']],
  audit: [
    ['./pgrow audit shop', 'the newest 100 entries about one database'],
    ['./pgrow audit --all --jsonl > audit.jsonl', 'export everything'],
  ],
  notifications: [['./pgrow notifications', 'the same as "notifications list"']],
  'notifications list': [['./pgrow notifications list', 'all channels, and what they hear of']],
  'notifications add': [
    ['./pgrow notifications add ops --webhook https://hooks.example.com/pgrow', 'everything, signed'],
    ['./pgrow notifications add chat --slack --webhook-file slack.url --events failover', 'failovers, to Slack'],
    [
      './pgrow notifications add night --email ops@example.com --from pgrow@example.com --smtp smtp.example.com',
      'by e-mail',
    ],
  ],
  'notifications test': [['./pgrow notifications test ops', 'and wait for how that goes']],
  'notifications disable': [['./pgrow notifications disable ops', 'until it is enabled again']],
  'notifications enable': [['./pgrow notifications enable ops', 'also one that pgrow itself has disabled']],
  'notifications remove': [['./pgrow notifications remove ops', 'with its secret and what was sent']],
  'notifications deliveries': [['./pgrow notifications deliveries --state dead', 'what was given up, and why']],
  'notifications resend': [
    ['./pgrow notifications resend 6f1c2d3e-0000-4000-8000-000000000001', 'by its ID in "notifications deliveries"'],
  ],
  'notifications announce': [
    [`./pgrow notifications announce 'New disks' --database shop --at 2026-12-01T20:00:00Z`, 'to all who hear of it'],
  ],
  workers: [['./pgrow workers', 'which versions run, and what still needs an older one']],
  doctor: [
    ['./pgrow doctor', 'look, and touch nothing'],
    ['./pgrow doctor --remove', 'remove what is safe to remove'],
  ],
  rotate: [
    ['./pgrow rotate shop --password --dry-run', 'show what it would do'],
    ['./pgrow rotate shop --password', "the application's role has a new password from then on: ./pgrow url shop"],
    ['./pgrow rotate shop --certificates', 'every node has a new certificate; sessions go on'],
    ['./pgrow rotate --secret-key', 'all passwords are encrypted with a new key from then on'],
  ],
  'backup-control-plane': [
    ['./pgrow backup-control-plane /backup/pgrow.tar', 'into a new file'],
    ['./pgrow backup-control-plane - | age -r KEY > pgrow.tar.age', 'encrypted by another program'],
  ],
  'restore-control-plane': [
    ['./pgrow restore-control-plane /backup/pgrow.tar --check', 'only read it'],
    ['./pgrow restore-control-plane /backup/pgrow.tar', 'into an empty home'],
  ],
  destroy: [
    ['./pgrow destroy shop', 'asks for the name once more'],
    ['./pgrow destroy shop --confirm shop', 'for scripts'],
  ],
};

/** The lines below the options in a verb's help. `verb` is its whole name, `tokens create`. */
export const examplesText = (verb: string, screen: number): string => {
  const shown = examples[verb] ?? [];
  const width = Math.max(...shown.map(([command]) => command.length));
  const beside = shown.map(([command, meaning]) => `  ${command.padEnd(width)}  # ${meaning}`);
  const above = shown.map(([command, meaning]) => `  # ${meaning}\n  ${command}`);
  const lines = beside.every(({ length }) => length <= screen) ? beside : above;
  return lines.length === 0 ? '' : `\nExamples:\n${lines.join('\n')}`;
};
