/**
 * AddRecordTemplate.
 *
 * @module
 */
import { AddRecordTemplateSchema } from '../record-template.ts';
import { createParameterFault, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';
import { findTemplateIssues } from '../template-rules.ts';

export const addRecordTemplate = createOperation(AddRecordTemplateSchema, (parameters, rtc) => {
  const issues = findTemplateIssues(parameters);
  if (issues.length > 0) return createParameterFault(issues);
  return createRtcSuccess({ TemplateId: rtc.templates.add(parameters) });
});
