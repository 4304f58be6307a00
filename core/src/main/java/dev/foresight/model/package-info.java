/** Models as tables: a folder's config, its family's names, roles, norms and folds. */
package dev.foresight.model;
