//! Company names: what was typed is kept, a key groups the spellings of one company.
