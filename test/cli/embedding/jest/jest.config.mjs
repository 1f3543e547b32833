export default { rootDir: import.meta.dirname, testMatch: ['**/*.spec.mjs'], transform: {} }
