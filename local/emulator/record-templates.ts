/**
 * The record templates of the emulated service, and what stands in for those nobody added.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { formatTime } from './record-file.ts';
import type { RecordTask } from './record-task.ts';
import {
  type AddRecordTemplateParameters,
  type RecordTemplate,
  type StoredTemplate,
  type TemplateOutput,
  toRecordTemplate,
} from './record-template.ts';

export interface RecordTemplatesOptions {
  /** What time it is, in epoch milliseconds. */
  readonly nowMs: () => number;
  /**
   * `any`: an id that was never added stands for `defaultTemplate`. `known`: such a task is refused. Assumption: the
   * vendor says only that a template must exist first.
   */
  readonly templateIds: 'any' | 'known';
  readonly defaultTemplate: RecordTemplate;
  /** What an earlier emulator left. */
  readonly templates: readonly StoredTemplate[];
}

/** Which template is meant. Assumption: it belongs to its AppId. */
interface TemplateKey {
  readonly AppId: string;
  readonly TemplateId: string;
}

export class RecordTemplates {
  readonly #nowMs: () => number;
  readonly #templateIds: 'any' | 'known';
  /** By TemplateId, in the order they were added. */
  readonly #templates: Map<string, StoredTemplate>;
  #defaultTemplate: RecordTemplate;

  constructor({ nowMs, templateIds, defaultTemplate, templates }: RecordTemplatesOptions) {
    this.#nowMs = nowMs;
    this.#templateIds = templateIds;
    this.#defaultTemplate = defaultTemplate;
    this.#templates = new Map(templates.map((template) => [template.TemplateId, template]));
  }

  /** Returns the new template's id. */
  add(parameters: AddRecordTemplateParameters): string {
    const TemplateId = randomBytes(16).toString('hex');
    this.#templates.set(TemplateId, { TemplateId, CreateTime: formatTime(this.#nowMs()), state: 'usable', parameters });
    return TemplateId;
  }

  /**
   * Replaces all of a template. Assumptions: an optional parameter that is left out is unset, and running tasks follow.
   */
  update(template: StoredTemplate, parameters: AddRecordTemplateParameters): void {
    this.#templates.set(template.TemplateId, { ...template, parameters });
  }

  /** Assumption: tasks that began with the template go on as they are. */
  delete(template: StoredTemplate): void {
    this.#templates.set(template.TemplateId, { ...template, state: 'deleted' });
  }

  /** Returns a template that was added and not deleted. */
  find({ AppId, TemplateId }: TemplateKey): StoredTemplate | undefined {
    const template = this.#templates.get(TemplateId);
    return template?.state === 'usable' && template.parameters.AppId === AppId ? template : undefined;
  }

  /** Whether a task may begin with the template. */
  isUsable({ AppId, TemplateId }: TemplateKey): boolean {
    if (this.#templateIds === 'any' && !this.#templates.has(TemplateId)) return true;
    return this.find({ AppId, TemplateId }) !== undefined;
  }

  /** Returns what decides about a task that may have begun before its template was deleted. */
  findFor({ TemplateId }: Pick<RecordTask, 'TemplateId'>): RecordTemplate {
    const template = this.#templates.get(TemplateId);
    return template === undefined ? this.#defaultTemplate : toRecordTemplate(template.parameters);
  }

  /** Returns the templates of an application, the deleted ones left out, in the order they were added. */
  listUsable(AppId: string): readonly StoredTemplate[] {
    return this.all().filter(({ state, parameters }) => state === 'usable' && parameters.AppId === AppId);
  }

  /** Returns all templates, the deleted ones too, in the order they were added. */
  all(): readonly StoredTemplate[] {
    return [...this.#templates.values()];
  }

  /** Returns what stands in for templates that were never added. */
  get defaultTemplate(): RecordTemplate {
    return this.#defaultTemplate;
  }

  set defaultTemplate(template: RecordTemplate) {
    this.#defaultTemplate = template;
  }
}

/**
 * Returns the parameters a task records with. Assumption: what it names itself overrides the template; the vendor does
 * not say. Single streams (MixMode 0) have no picture to shape.
 *
 * @see StartRecordTask, MixMode, note
 */
export function completeParameters<T extends object>(
  parameters: T,
  MixMode: 0 | 1,
  { output }: RecordTemplate,
): T & TemplateOutput {
  return MixMode === 0 ? parameters : { ...output, ...parameters };
}
