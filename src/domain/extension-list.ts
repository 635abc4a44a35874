import type { KnownExtension } from './change.ts';
import type { PostgresMajor } from './database.ts';
import { findOffered, whyNotOffered } from './offered-extensions.ts';

/** An extension as the server that takes writes has it, and what it is for in its own words. */
export interface ListedExtension extends KnownExtension {
  readonly name: string;
  readonly comment: string | null;
}

export interface ExtensionsSeen {
  readonly node: string;
  readonly extensions: readonly ListedExtension[];
}

/** Those that are there with what pgrow knows of them: first what is installed, then what is offered, then the rest. */
export const extensionDocuments = (major: PostgresMajor, extensions: readonly ListedExtension[]) =>
  extensions
    .map(({ name, version, installed, comment }) => {
      const offered = findOffered(name, major);
      return {
        name,
        version,
        installed,
        comment,
        offered: offered !== null,
        /** Has to be loaded as the server starts, which pgrow sees to; null if none has to be. */
        library: offered?.library ?? null,
        /** Why it is not offered, as half a sentence; null if it is. */
        refused: whyNotOffered(name, major),
      };
    })
    .toSorted((one, other) => rankOf(one) - rankOf(other) || one.name.localeCompare(other.name));

const rankOf = ({ installed, offered }: { readonly installed: string | null; readonly offered: boolean }): number =>
  installed !== null ? 0 : offered ? 1 : 2;
