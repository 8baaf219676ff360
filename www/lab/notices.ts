/** What stands above the picture in words, and what went wrong. */
import type { LabError } from './error';

export interface Notice {
  kind: 'error' | 'info';
  text: string;
  items: string[];
  /** What can be done about it. */
  act?: { label: string; run(): void };
}

export class Notices {
  list: readonly Notice[] = [];
  /** The last fault that was told. */
  fault: LabError | null = null;
  /** Why nothing can be shown at all. */
  fatal: LabError | null = null;

  show(kind: Notice['kind'], text: string, items: string[] = [], act?: Notice['act']): void {
    this.list = [{ kind, text, items, ...(act ? { act } : {}) }];
  }

  dismiss(index: number): void {
    this.list = this.list.filter((_, at) => at !== index);
  }

  /** What was wrong is right again. */
  settle(): boolean {
    const wrong = this.list.some(({ kind }) => kind === 'error');
    if (wrong) this.list = [];
    return wrong;
  }
}
