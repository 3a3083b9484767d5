/**
 * UpdateRecordTemplate.
 *
 * @module
 */
import { UpdateRecordTemplateSchema } from '../record-template.ts';
import { createParameterFault, createRtcError, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';
import { findTemplateIssues } from '../template-rules.ts';

export const updateRecordTemplate = createOperation(
  UpdateRecordTemplateSchema,
  ({ TemplateId, ...parameters }, rtc) => {
    const issues = findTemplateIssues(parameters);
    if (issues.length > 0) return createParameterFault(issues);
    const template = rtc.templates.find({ AppId: parameters.AppId, TemplateId });
    if (template === undefined) return createRtcError('InvalidTemplate.NotFound');
    rtc.templates.update(template, parameters);
    return createRtcSuccess();
  },
);
