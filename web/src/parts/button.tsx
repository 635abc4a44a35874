import { type ButtonHTMLAttributes, type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import styles from './parts.module.css';

type Look = 'primary' | 'danger' | 'quiet' | 'usual';

interface Common {
  readonly look?: Look;
  readonly children: ReactNode;
  /** Only an icon stands in it: then `aria-label` says what it does. */
  readonly icon?: boolean;
}

interface ButtonProps
  extends Common, Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'className' | 'children'> {
  /** Why it cannot be pressed now. It stays focusable, so that everybody can read the reason. */
  readonly refused?: string | null | undefined;
  /** The reason stands beside it already. */
  readonly quietly?: boolean;
}

const classOf = ({ look = 'usual', icon }: Common | ButtonProps): string =>
  [styles['button'], look === 'usual' ? '' : styles[look], icon ? styles['icon'] : ''].filter(Boolean).join(' ');

export const Button = ({
  refused = null,
  quietly = false,
  look,
  icon,
  onClick,
  children,
  ...rest
}: ButtonProps): ReactNode => {
  const id = useId();
  const isRefused = refused != null;
  return (
    <>
      <button
        type="button"
        {...rest}
        className={classOf({ ...(look && { look }), ...(icon && { icon }), children })}
        aria-disabled={isRefused || undefined}
        aria-describedby={isRefused && !quietly ? id : rest['aria-describedby']}
        title={isRefused && !quietly ? refused : rest.title}
        onClick={isRefused ? (event) => event.preventDefault() : onClick}
      >
        {children}
      </button>
      {isRefused && !quietly && (
        <span id={id} className="visually-hidden">
          {refused}
        </span>
      )}
    </>
  );
};

interface ButtonLinkProps extends Common {
  readonly href: string;
  readonly 'aria-label'?: string;
}

/** Looks like a button and is a link: it opens in another tab, and its address can be copied. */
export const ButtonLink = ({ href, look, icon, children, ...rest }: ButtonLinkProps): ReactNode => (
  <Link href={href} {...rest} className={classOf({ ...(look && { look }), ...(icon && { icon }), children })}>
    {children}
  </Link>
);
