/** The browser's own dialog; empty: the user cancelled. */
export interface ChooseFiles {
  readonly asFolder: boolean;
  /** As an input knows it; blank: any. */
  readonly accept: string;
}

export function chooseFiles(page: Document, { asFolder, accept }: ChooseFiles): Promise<readonly File[]> {
  const input = page.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.webkitdirectory = asFolder;
  input.hidden = true;
  page.body.append(input);
  return new Promise((resolve) => {
    const end = (files: readonly File[]): void => {
      input.remove();
      resolve(files);
    };
    input.addEventListener('change', (event) => {
      // It is no field of the page's own.
      event.stopPropagation();
      end([...(input.files ?? [])]);
    });
    input.addEventListener('cancel', () => end([]));
    input.click();
  });
}
