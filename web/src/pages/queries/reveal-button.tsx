import { type ReactNode, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { useRefusal } from '../../parts/roles.ts';

interface RevealProps {
  readonly isRevealed: boolean;
  readonly onChange: (isRevealed: boolean) => void;
}

/** Values in statements may be anybody's data. */
export const RevealButton = ({ isRevealed, onChange }: RevealProps): ReactNode => {
  const [isAsking, setAsking] = useState(false);
  const refusal = useRefusal('operator');
  if (isRevealed) return <Button onClick={() => onChange(false)}>Hide values</Button>;
  return (
    <>
      <Button refused={refusal} onClick={() => setAsking(true)}>
        Show values …
      </Button>
      {isAsking && (
        <ConfirmDialog
          title="Show the values in statements?"
          action="Show values"
          onConfirm={() => Promise.resolve(onChange(true))}
          onClose={() => setAsking(false)}
        >
          <p>They may be personal data or secrets. That you looked is written to the audit.</p>
        </ConfirmDialog>
      )}
    </>
  );
};
