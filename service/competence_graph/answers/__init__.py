"""One function a question that people ask; each takes the actor first and returns model objects."""
