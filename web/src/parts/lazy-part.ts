import { type ComponentType, lazy, type LazyExoticComponent } from 'react';

/**
 * A component that is fetched when it is first drawn: `lazyPart(() => import('./plot.tsx'), 'Plot')`.
 * Where nothing was fetched, the page is about to be loaded again (`shell/update.ts`): until then this waits.
 */
export const lazyPart = <Name extends string, Props extends object>(
  fetchPart: () => Promise<Readonly<Record<Name, ComponentType<Props>>> | undefined>,
  name: Name,
): LazyExoticComponent<ComponentType<Props>> =>
  lazy(async () => {
    const part = await fetchPart();
    return part === undefined ? new Promise<never>(() => undefined) : { default: part[name] };
  });
