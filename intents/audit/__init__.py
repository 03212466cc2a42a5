"""Looking training data over: what is there twice, labelled wrongly, too little or not told apart."""
