import { Moon, Sun, SunMoon, User } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useMe } from '../data/queries.ts';
import { Button } from '../parts/button.tsx';
import { Menu } from '../parts/menu.tsx';
import { ConnectionPill } from './connection-pill.tsx';
import { Keys } from './palette.tsx';
import styles from './shell.module.css';
import { signOut } from './sign-in.ts';
import { chooseTheme, readTheme, themes } from './theme.ts';

const icons = { system: SunMoon, light: Sun, dark: Moon } as const;

const ThemeButton = (): ReactNode => {
  const [theme, setTheme] = useState(readTheme);
  const Icon = icons[theme];
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  return (
    <Button
      look="quiet"
      icon
      aria-label={`Theme: ${theme}. Change to ${next}`}
      onClick={() => {
        chooseTheme(next);
        setTheme(next);
      }}
    >
      <Icon size={18} aria-hidden />
    </Button>
  );
};

/** On every page: where this is, whether it is live, who looks at it. */
export const Header = (): ReactNode => {
  const { data: me } = useMe();
  return (
    <header className={styles['header']}>
      <Link href="/" className={styles['brand']}>
        pgrow
      </Link>
      {me && (
        <code className={styles['wide']} title="The home of this control plane">
          {me.home}
        </code>
      )}
      <ConnectionPill />
      <span className={styles['grow']} />
      <Link href="/system">System</Link>
      {me && <Keys />}
      <ThemeButton />
      {me && (
        <Menu
          trigger={
            <Button look="quiet" aria-label={`${me.actor} (${me.role})`}>
              <span className={styles['wide']}>
                {me.actor} ({me.role})
              </span>
              <User size={18} className={styles['small']} aria-hidden />
            </Button>
          }
          entries={[
            { label: 'Sessions', href: '/system?show=sessions' },
            { label: 'Preferences', href: '/system?show=preferences' },
            { label: 'API documentation', onSelect: () => window.open('/docs', '_blank', 'noopener') },
            { label: 'Sign out', onSelect: () => void signOut() },
          ]}
        />
      )}
    </header>
  );
};
