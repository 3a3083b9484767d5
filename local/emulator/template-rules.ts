/**
 * What AddRecordTemplate and UpdateRecordTemplate ask of a template besides each value's own form.
 *
 * @module
 */
import type { Issue } from '../../shared/errors.ts';
import { createIssue } from '../../shared/record-task/check.ts';
import { checkRules } from '../../shared/record-task/rules.ts';
import type { AddRecordTemplateParameters } from './record-template.ts';

/**
 * Returns what is wrong with a template. The page demands exactly one of MnsQueue and HttpCallbackUrl. Assumptions: what
 * StartRecordTask forbids across TaskProfile, MediaEncode and LayoutIds is forbidden here too; the codes, which the page
 * does not name, are MissingHttpCallbackUrl and InvalidMnsQueue.
 *
 * @see AddRecordTemplate, MnsQueue, HttpCallbackUrl, notes
 */
export function findTemplateIssues({
  TaskProfile,
  MediaEncode,
  LayoutIds,
  MnsQueue,
  HttpCallbackUrl,
}: Pick<
  AddRecordTemplateParameters,
  'TaskProfile' | 'MediaEncode' | 'LayoutIds' | 'MnsQueue' | 'HttpCallbackUrl'
>): readonly Issue[] {
  const { errors } = checkRules('StartRecordTask', { TaskProfile, MediaEncode, LayoutIds });
  if (MnsQueue === undefined && HttpCallbackUrl === undefined) {
    return [...errors, createIssue(['HttpCallbackUrl'], 'required', 'either it or MnsQueue')];
  }
  if (MnsQueue !== undefined && HttpCallbackUrl !== undefined) {
    return [...errors, createIssue(['MnsQueue'], 'format', 'absent where HttpCallbackUrl is given')];
  }
  return errors;
}
