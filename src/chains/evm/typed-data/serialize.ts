import { utf8 } from '@scure/base';
import type { TypedData } from './request.ts';

/** The canonical JSON of typed data that was read, in UTF-8. */
export const serializeTypedData = ({
  types,
  primaryType,
  domain,
  message,
}: TypedData): Uint8Array =>
  utf8.decode(
    JSON.stringify({
      types: Object.fromEntries(
        Object.entries(types).map(([name, members]) => [
          name,
          members.map((member) => ({ name: member.name, type: member.type })),
        ]),
      ),
      primaryType,
      domain,
      message,
    }),
  );
