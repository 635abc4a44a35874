import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useAddressValue } from '../../parts/address-value.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import shell from '../../shell/shell.module.css';
import { AuditSection } from './audit-section.tsx';
import { ChannelsSection } from './channels-section.tsx';
import { FindingsSection } from './findings-section.tsx';
import { PartsSection } from './parts-section.tsx';
import { PreferencesSection } from './preferences-section.tsx';
import { SessionsSection } from './sessions-section.tsx';
import { TokensSection } from './tokens-section.tsx';
import { WorkersSection } from './workers-section.tsx';

const sections = [
  ['', 'Control plane', PartsSection],
  ['workers', 'Workers', WorkersSection],
  ['findings', 'Findings', FindingsSection],
  ['sessions', 'Sessions', SessionsSection],
  ['tokens', 'Tokens', TokensSection],
  ['audit', 'Audit', AuditSection],
  ['notifications', 'Notifications', ChannelsSection],
  ['preferences', 'Preferences', PreferencesSection],
] as const;

/** The control plane itself: one section at a time, which the address names. */
export const SystemPage = (): ReactNode => {
  const [shown] = useAddressValue('show');
  const [path, title, Section] = sections.find(([name]) => name === shown) ?? sections[0];
  usePageTitle('System', title);
  return (
    <>
      <h1>System</h1>
      <nav aria-label="Sections of the system" className={shell['tabs']}>
        {sections.map(([name, label]) => (
          <Link
            key={name}
            href={name === '' ? '/system' : `/system?show=${name}`}
            className={shell['tab']}
            aria-current={name === path ? 'page' : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      <h2>{title}</h2>
      <Section />
    </>
  );
};
