/** Node has the value as a global and the type in a module only. */
interface TextDecoder extends InstanceType<typeof import('node:util').TextDecoder> {}
