import { applyDecorators, Type } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiProduces, getSchemaPath } from '@nestjs/swagger';

const PROTOCOL =
  'Server-sent events. Each is `id: <ulid>` and `data: <JSON>` without an `event:` line; `data` holds the schema below. ' +
  'One `event: reset` with `data: {}` and no id comes when the cursor is unknown or everything was cleared; then follow ' +
  'all events with a larger id. A comment comes at least every 15 s. A reader that cannot keep up is disconnected and ' +
  'resumes by its last id: no event is lost, doubled or out of order.';

/** Documents a handler that answers with server-sent events, each holding this JSON. */
export const ApiEventStream = (event: Type): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(event),
    ApiProduces('text/event-stream'),
    ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Id of the event seen last; beats `since`.' }),
    ApiOkResponse({
      description: PROTOCOL,
      content: { 'text/event-stream': { schema: { $ref: getSchemaPath(event) } } },
    }),
  );
