/**
 * The route of pictures: what a recording will look like. It needs neither RTC nor the database.
 *
 * @module
 */
import { createJsonResult, type HttpResult } from '../../shared/fc.ts';
import { createParameterError } from '../../shared/record-task/check.ts';
import { placeLayout } from '../../shared/record-task/layout-geometry.ts';
import { drawLayoutPicture } from '../../shared/record-task/layout-picture.ts';
import { checkLayoutPreview, toParametersIssue } from '../../shared/record-task/layout-preview.ts';
import { checkRules } from '../../shared/record-task/rules.ts';
import { SYSTEM_LAYOUTS } from '../../shared/record-task/system-layouts.ts';
import { prefersJson, type RouteApp, readJsonRequest, toResponse } from './route.ts';

/** Adds `POST /layout-previews`. */
export function addLayoutPreviewRoutes(app: RouteApp): void {
  app.post('/layout-previews', (c) => {
    const { event, requestId } = c.env;
    const checked = checkLayoutPreview(readJsonRequest(event));
    if (!checked.ok) throw createParameterError(checked.issues);
    const { parameters, customLayouts } = checked.value;
    const geometry = placeLayout(checked.value);
    const layouts = [...SYSTEM_LAYOUTS, ...customLayouts];
    const { errors, warnings, unchecked } = checkRules('StartRecordTask', parameters, { layouts });
    if (!prefersJson(event, 'image/svg+xml')) {
      return toResponse(createPictureResult(drawLayoutPicture(geometry, [...errors, ...warnings])));
    }
    const answer = {
      RequestId: requestId,
      Geometry: geometry,
      Issues: errors.map(toParametersIssue),
      Warnings: warnings.map(toParametersIssue),
      Unchecked: unchecked,
    };
    return toResponse(createJsonResult(200, answer, VARY));
  });
}

const VARY = { vary: 'accept' };

function createPictureResult(body: string): HttpResult {
  return {
    statusCode: 200,
    headers: {
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'no-store',
      // The picture refers to nothing and runs nothing; a browser that opens it is told to hold it to that.
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      ...VARY,
    },
    body,
    isBase64Encoded: false,
  };
}
