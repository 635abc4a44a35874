/** Notifications of the system, for those who asked for one. Browsers have them in secure contexts only. */

const asked = new Set<string>();

export const canNotify = (): boolean => 'Notification' in globalThis && Notification.permission !== 'denied';

export const isAskedFor = (id: string): boolean => asked.has(id);

/** Resolves with whether one will be shown: the browser asks, the first time. */
export const wantNotice = async (id: string, isWanted: boolean): Promise<boolean> => {
  asked.delete(id);
  if (!isWanted) return false;
  if ((await Notification.requestPermission()) !== 'granted') return false;
  asked.add(id);
  return true;
};

/** Once. */
export const notifyOfEnd = (id: string, sentence: string): void => {
  if (!asked.delete(id)) return;
  const notice = new Notification('pgrow', { body: sentence, tag: id });
  notice.addEventListener('click', () => {
    window.focus();
    notice.close();
  });
};
