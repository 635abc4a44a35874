import type { ReactNode } from 'react';
import { useAddressValue } from '../../parts/address-value.ts';
import { CheckBox } from '../../parts/check-box.tsx';
import { SelectField } from '../../parts/field.tsx';
import styles from './logs.module.css';

export const usualLines = '200';
const lineCounts = ['50', usualLines, '1000', '10000'];

/** Which lines are shown, and how. */
export const LogTools = ({ nodes }: { readonly nodes: readonly string[] }): ReactNode => {
  const [node, setNode] = useAddressValue('node');
  const [lines, setLines] = useAddressValue('lines', usualLines);
  const [follow, setFollow] = useAddressValue('follow');
  const [wrap, setWrap] = useAddressValue('wrap', 'yes');
  // A node that is gone is still what the address names.
  const names = node === '' || nodes.includes(node) ? nodes : [...nodes, node];
  const counts = lineCounts.includes(lines) ? lineCounts : [...lineCounts, lines];
  return (
    <div className={styles['tools']}>
      <SelectField label="Node" value={node} onChange={(event) => setNode(event.target.value)}>
        <option value="">All nodes</option>
        {names.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </SelectField>
      <SelectField label="Lines per node" value={lines} onChange={(event) => setLines(event.target.value)}>
        {counts.map((each) => (
          <option key={each} value={each}>
            last {Number(each).toLocaleString('en')}
          </option>
        ))}
      </SelectField>
      <CheckBox label="Follow" checked={follow === 'yes'} onChange={(is) => setFollow(is ? 'yes' : '')} />
      <CheckBox label="Wrap" checked={wrap === 'yes'} onChange={(is) => setWrap(is ? 'yes' : 'no')} />
    </div>
  );
};
