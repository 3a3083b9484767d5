/**
 * DescribeRecordTemplates.
 *
 * @module
 */
import * as v from 'valibot';
import { APP_ID, IDENTITY_ENTRIES } from '../../../shared/record-task/task-parameters.ts';
import { createList } from '../../../shared/record-task/value-schemas.ts';
import { PAGE_ENTRIES, takePage } from '../page.ts';
import { DEFAULT_BACKGROUND_COLOR, DEFAULT_DELAY_STOP_TIME, type StoredTemplate } from '../record-template.ts';
import { createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

const DescribeRecordTemplatesSchema = v.strictObject({
  AppId: APP_ID,
  // The bound is in the API metadata only.
  TemplateIds: v.exactOptional(createList(IDENTITY_ENTRIES.TemplateId, 64)),
  ...PAGE_ENTRIES,
});

export const describeRecordTemplates = createOperation(DescribeRecordTemplatesSchema, (parameters, rtc) => {
  const { AppId, TemplateIds } = parameters;
  const found = rtc.templates
    .listUsable(AppId)
    .filter(({ TemplateId }) => TemplateIds === undefined || TemplateIds.includes(TemplateId));
  // Assumption: newest first, as in the sample of DescribeRecordFiles.
  const { items, ...totals } = takePage(found.toReversed(), parameters);
  return createRtcSuccess({ ...totals, Templates: items.map(describeTemplate) });
});

/**
 * The types are those of AddRecordTemplate; the page's samples show LayoutIds as texts and Formats in upper case too.
 * Assumption: what was not given is answered as its default, an empty list, or not at all where there is none.
 */
function describeTemplate({ TemplateId, CreateTime, parameters }: StoredTemplate) {
  const { AppId: _appId, OssEndpoint: _ossEndpoint, ...answered } = parameters;
  return {
    TemplateId,
    CreateTime,
    EnableM3u8DateTime: false,
    Backgrounds: [],
    Watermarks: [],
    ClockWidgets: [],
    BackgroundColor: DEFAULT_BACKGROUND_COLOR,
    DelayStopTime: DEFAULT_DELAY_STOP_TIME,
    ...answered,
  };
}
