import type { ReactNode } from 'react';
import type { Node, Status } from '../../data/types.ts';
import { dateText } from '../../format/times.ts';
import { Button } from '../../parts/button.tsx';
import { withEdit } from '../../plan/edits.ts';
import { imagesOf } from './images.ts';
import type { SectionProps } from './section-props.ts';
import styles from './settings.module.css';
import { Values } from './values.tsx';

/** What the servers run, and whether there is something newer. */
export const ImageSection = (props: SectionProps & { readonly status: Status }): ReactNode => {
  const { status, edits, setEdits, problems, isReadOnly } = props;
  const { servers, older } = imagesOf(status);
  const isPending = edits['image'] !== undefined;
  const problem = problems.get('image');
  return (
    <section className={styles['card']} aria-label="Image and version">
      <h3>Image and version</h3>
      <Values
        values={[
          ['PostgreSQL', versionsOf(servers)],
          ['Image', imageText(servers, older)],
        ]}
      />
      <p className={styles['quiet']}>
        The newest image of this pgrow has the newest minor version and its security updates. It comes by hand-over; the
        major stays.
      </p>
      {problem !== undefined && <p className={styles['problem']}>{problem}</p>}
      {isPending ? (
        <Button onClick={() => setEdits((before) => withEdit(before, 'image', undefined))}>
          Leave the image as it is
        </Button>
      ) : (
        !isReadOnly && (
          <Button
            refused={older?.length === 0 ? 'all servers run the newest image' : null}
            onClick={() => setEdits((before) => withEdit(before, 'image', 'newest'))}
          >
            Bring to the newest image
          </Button>
        )
      )}
    </section>
  );
};

const imageText = (servers: readonly Node[], older: readonly Node[] | null): string => {
  if (older === null) return 'not known now';
  const [name, nodes] = older.length === 0 ? ['the newest', servers] : ['an older one', older];
  const made = nodes[0]?.image?.made_at ?? null;
  const where =
    older.length === 0 || older.length === servers.length ? '' : ` on ${nodes.map((each) => each.name).join(', ')}`;
  return `${name}${where}${made === null ? '' : `, of ${dateText(made)}`}`;
};

/** `17.6`, or each server's where they differ. */
const versionsOf = (servers: readonly Node[]): string => {
  const known = new Set(servers.map(({ version }) => version ?? 'not known now'));
  if (known.size === 1) return [...known][0]!;
  return servers.map(({ name, version }) => `${name} ${version ?? '?'}`).join(', ');
};
