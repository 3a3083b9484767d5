/**
 * DeleteRecordTemplate.
 *
 * @module
 */
import * as v from 'valibot';
import { APP_ID, IDENTITY_ENTRIES } from '../../../shared/record-task/task-parameters.ts';
import { createRtcError, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

const DeleteRecordTemplateSchema = v.strictObject({ AppId: APP_ID, TemplateId: IDENTITY_ENTRIES.TemplateId });

export const deleteRecordTemplate = createOperation(DeleteRecordTemplateSchema, (parameters, rtc) => {
  const template = rtc.templates.find(parameters);
  if (template === undefined) return createRtcError('InvalidTemplate.NotFound');
  rtc.templates.delete(template);
  return createRtcSuccess();
});
