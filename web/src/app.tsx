import { type ReactNode, Suspense } from 'react';
import { Route, Switch, useLocation, useParams } from 'wouter';
import { isProblem } from './data/problem.ts';
import { useMe } from './data/queries.ts';
import { useConnection } from './data/stream/use-topic.ts';
import { DatabasesPage } from './pages/databases/databases-page.tsx';
import { NotFoundPage } from './pages/not-found/not-found-page.tsx';
import { SignInPage } from './pages/signin/sign-in-page.tsx';
import { lazyPart } from './parts/lazy-part.ts';
import { Loading } from './parts/notice.tsx';
import { Banners } from './shell/banners.tsx';
import { FaultBoundary } from './shell/fault-boundary.tsx';
import { DatabaseLayout, type DatabaseTab } from './shell/database-layout.tsx';
import { Header } from './shell/header.tsx';
import type { OfDatabase } from './shell/of-database.ts';
import { usePageFocus } from './shell/page-focus.ts';
import styles from './shell/shell.module.css';

const pages = {
  '': lazyPart(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
  metrics: lazyPart(() => import('./pages/metrics/metrics-page.tsx'), 'MetricsPage'),
  queries: lazyPart(() => import('./pages/queries/queries-page.tsx'), 'QueriesPage'),
  backups: lazyPart(() => import('./pages/backups/backups-page.tsx'), 'BackupsPage'),
  scale: lazyPart(() => import('./pages/scale/scale-page.tsx'), 'ScalePage'),
  settings: lazyPart(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
  operations: lazyPart(() => import('./pages/operations/operations-page.tsx'), 'OperationsPage'),
  events: lazyPart(() => import('./pages/events/events-page.tsx'), 'EventsPage'),
  logs: lazyPart(() => import('./pages/logs/logs-page.tsx'), 'LogsPage'),
  cost: lazyPart(() => import('./pages/cost/cost-page.tsx'), 'CostPage'),
  connect: lazyPart(() => import('./pages/connect/connect-page.tsx'), 'ConnectPage'),
} satisfies Record<DatabaseTab, unknown>;

const OperationPage = lazyPart(() => import('./pages/operations/operation-page.tsx'), 'OperationPage');
const NewPage = lazyPart(() => import('./pages/new/new-page.tsx'), 'NewPage');
const SystemPage = lazyPart(() => import('./pages/system/system-page.tsx'), 'SystemPage');

/**
 * Any page of the database that the address names. One route for all of them: what stands around a page stays as one goes to
 * another, and so does the focus on a tab.
 */
const DatabaseRoute = (): ReactNode => {
  const { project, name, '*': rest } = useParams<OfDatabase & { readonly '*'?: string }>();
  // A slash at its end makes no other page.
  const [tab = '', id, ...more] = (rest ?? '').split('/').filter(Boolean);
  const isOperation = tab === 'operations' && id !== undefined;
  if (!isTab(tab) || more.length > 0 || (id !== undefined && !isOperation)) return <NotFoundPage />;
  const Page = pages[tab];
  return (
    <DatabaseLayout project={project} name={name} tab={tab} standsAlone={isOperation}>
      <Suspense fallback={<Loading what="the page" />}>
        {isOperation ? (
          <OperationPage key={id} project={project} name={name} id={id} />
        ) : (
          <Page key={`${project}/${name}`} project={project} name={name} />
        )}
      </Suspense>
    </DatabaseLayout>
  );
};

const isTab = (text: string): text is DatabaseTab => Object.hasOwn(pages, text);

/** The address is the state of what is seen. */
const Pages = (): ReactNode => (
  <Switch>
    <Route path="/" component={DatabasesPage} />
    <Route path="/signin" component={SignInPage} />
    <Route path="/new" component={NewPage} />
    <Route path="/system" component={SystemPage} />
    <Route path="/p/:project/:name/*?" component={DatabaseRoute} />
    <Route component={NotFoundPage} />
  </Switch>
);

export const App = (): ReactNode => {
  const { data: me, error } = useMe();
  const [path] = useLocation();
  const isSignedOut = isProblem(error) && error.status === 401;
  // At its own address it is a page like the others, and keeps what it has to say of the link that led there.
  const asksToSignIn = isSignedOut && !me && path !== '/signin';
  usePageFocus(asksToSignIn ? '/signin' : path);
  const { state } = useConnection();
  const isCut = state === 'reconnecting' || state === 'signed_out';
  return (
    <>
      <a href="#main" className={styles['skip']}>
        Skip to the page
      </a>
      <Header />
      <Banners />
      <main id="main" className={styles['main']} tabIndex={-1} data-stale={isCut ? '' : undefined}>
        <FaultBoundary at={path}>
          <Suspense fallback={<Loading what="the page" />}>{asksToSignIn ? <SignInPage /> : <Pages />}</Suspense>
        </FaultBoundary>
      </main>
    </>
  );
};
