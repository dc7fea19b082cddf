/** Put in by the build; see vite.config.ts. */

/** As in package.json. */
declare const __APP_VERSION__: string;

/** 16 hexadecimal digits of a hash over everything that the build is made of. */
declare const __BUILD_HASH__: string;
