"""Knowledge as editors work with it: articles written, imported, published, proofread, recalled."""
