import { useSearchParams } from 'wouter';

/** One value of the address, `?name=…`, and how to change it. What is usual is left out of the address. */
export const useAddressValue = (name: string, usual = ''): readonly [string, (next: string) => void] => {
  const [search, setSearch] = useSearchParams();
  const set = (next: string): void =>
    setSearch(
      (before) => {
        const changed = new URLSearchParams(before);
        if (next === usual) changed.delete(name);
        else changed.set(name, next);
        return changed;
      },
      { replace: true },
    );
  return [search.get(name) ?? usual, set];
};
